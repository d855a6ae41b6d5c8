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

  /** Grows by `growth` bytes until it is collected. */
  const memoryOf = (growth: number) => {
    const memory = {
      used: 100_000_000,
      collections: 0,
      now: () => memory.used,
      collect: () => void 0,
      grow: () => void (memory.used += growth),
    };
    memory.collect = () => {
      memory.collections += 1;
      memory.used = 100_000_000;
    };
    return memory;
  };

  it('happens after each burst of work that left much: when it is calm, and once more later', () => {
    const { on, works } = engine();
    const memory = memoryOf(50_000_000);
    const forget = giveMemoryBackWhenCalm({ on }, memory);
    for (let second = 0; second < 30; second += 1) {
      works();
      memory.grow();
      vi.advanceTimersByTime(1000);
    }
    expect(memory.collections).toBe(0);
    vi.advanceTimersByTime(600_000);
    expect(memory.collections).toBe(2);
    works();
    memory.grow();
    vi.advanceTimersByTime(600_000);
    expect(memory.collections).toBe(4);
    forget();
  });

  it('does not happen for a little work', () => {
    const { on, works } = engine();
    const memory = memoryOf(1_000_000);
    const forget = giveMemoryBackWhenCalm({ on }, memory);
    vi.advanceTimersByTime(600_000);
    const atTheStart = memory.collections;
    works();
    memory.grow();
    vi.advanceTimersByTime(600_000);
    expect(memory.collections).toBe(atTheStart);
    forget();
  });

  it('does not happen any more once it is over', () => {
    const { on, works, listeners } = engine();
    const memory = memoryOf(50_000_000);
    giveMemoryBackWhenCalm({ on }, memory)();
    works();
    vi.advanceTimersByTime(600_000);
    expect(memory.collections).toBe(0);
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
