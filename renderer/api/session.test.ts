import { describe, expect, it } from 'vitest';
import { FakeEngine } from '../testing/fake-engine.ts';
import { TestLine, connected } from '../testing/lines.ts';
import { openSession } from './session.ts';

describe('a session', () => {
  it('answers with an error instead of throwing', async () => {
    const { session } = connected(new FakeEngine());
    expect(await session.ask('sync.now', {})).toEqual({ ok: true, value: {} });
    expect(await session.ask('trash.list', {})).toEqual({
      ok: false,
      error: { code: 'not_available_yet', params: { command: 'trash.list' } },
    });
  });

  it('says that the engine is away while the line is broken', async () => {
    const session = openSession(new TestLine());
    expect(await session.ask('sync.now', {})).toMatchObject({ ok: false, error: { code: 'engine_stopped' } });
  });

  it('moves subscriptions to the engine of a new line, once each', () => {
    const first = new FakeEngine();
    const second = new FakeEngine();
    const { session, line } = connected(first);
    const heard: unknown[] = [];
    let greetings = 0;
    const stop = session.on('lists.changed', (body) => heard.push(body.lists));
    session.onConnected(() => (greetings += 1));
    line.put({ kind: 'lost', nextTryAt: null });
    expect(first.listeners('lists.changed')).toBe(0);
    line.connect(second);
    first.emit('lists.changed', { lists: ['files'] });
    second.emit('lists.changed', { lists: ['issues'] });
    expect(heard).toEqual([['issues']]);
    expect(greetings).toBe(2);
    stop();
    expect(second.listeners('lists.changed')).toBe(0);
  });
});
