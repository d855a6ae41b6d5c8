import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { giveMemoryBackWhenCalm } from './give-memory-back.ts';

describe('giving memory back', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const engine = () => {
    const listeners = new Set<() => void>();
    const on = (_event: string, listener: (body: never) => void): (() => void) => {
      const call = listener as () => void;
      listeners.add(call);
      return () => listeners.delete(call);
    };
    return { listeners, on, works: () => listeners.forEach((listener) => listener()) };
  };

  it('happens once after each burst of work, when it is calm', () => {
    const { on, works } = engine();
    const collect = vi.fn();
    const forget = giveMemoryBackWhenCalm({ on }, collect);
    for (let second = 0; second < 30; second += 1) {
      works();
      vi.advanceTimersByTime(1000);
    }
    expect(collect).not.toHaveBeenCalled();
    vi.advanceTimersByTime(60_000);
    expect(collect).toHaveBeenCalledTimes(1);
    works();
    vi.advanceTimersByTime(60_000);
    expect(collect).toHaveBeenCalledTimes(2);
    forget();
  });

  it('does not happen any more once it is over', () => {
    const { on, works, listeners } = engine();
    const collect = vi.fn();
    giveMemoryBackWhenCalm({ on }, collect)();
    works();
    vi.advanceTimersByTime(60_000);
    expect(collect).not.toHaveBeenCalled();
    expect(listeners.size).toBe(0);
  });

  it('really collects', async () => {
    const { on } = engine();
    const seen = new WeakRef({ large: new Array<number>(1000).fill(1) });
    // A reference made in this turn is held until its end.
    await Promise.resolve();
    vi.useRealTimers();
    await new Promise((resolve) => setImmediate(resolve));
    vi.useFakeTimers();
    const forget = giveMemoryBackWhenCalm({ on });
    vi.advanceTimersByTime(60_000);
    expect(seen.deref()).toBeUndefined();
    forget();
  });
});
