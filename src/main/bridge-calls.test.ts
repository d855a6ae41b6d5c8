import { describe, expect, it } from 'vitest';
import { TidemarkError } from '../contract/index.ts';
import { MAX_CALL_CHARS, checkCall, inEnvelope, isTrusted } from './bridge-calls.ts';

describe('who may call', () => {
  it.each([
    ['our page', { url: 'app://tidemark/index.html', isMainFrame: true }, true],
    ['our page with a place in it', { url: 'app://tidemark/index.html#/files', isMainFrame: true }, true],
    ['a frame inside it', { url: 'app://tidemark/index.html', isMainFrame: false }, false],
    ['another host', { url: 'app://elsewhere/index.html', isMainFrame: true }, false],
    ['a host that begins like ours', { url: 'app://tidemark.evil.example/', isMainFrame: true }, false],
    ['a name in the address', { url: 'app://tidemark@evil.example/', isMainFrame: true }, false],
    ['the web', { url: 'https://tidemark/index.html', isMainFrame: true }, false],
    ['a file', { url: 'file:///index.html', isMainFrame: true }, false],
    ['no address', { url: '', isMainFrame: true }, false],
    ['a frame that is gone', null, false],
  ])('%s', (_, sender, trusted) => {
    expect(isTrusted(sender)).toBe(trusted);
  });
});

describe('what may be called', () => {
  const codeOf = (method: unknown, params: unknown): unknown => {
    try {
      checkCall(method, params);
      return 'taken';
    } catch (error) {
      return error instanceof TidemarkError ? [error.code, error.params['field']] : error;
    }
  };

  it('fills in defaults, as the engine would', () => {
    expect(checkCall('files.list', { path: 'a' })).toEqual({ method: 'files.list', params: { path: 'a', limit: 100 } });
  });

  it.each([
    ['a method that does not exist', 'files.erase', {}, 'method'],
    ['a property of every object', 'toString', {}, 'method'],
    ['no text', { method: 'sync.now' }, {}, 'method'],
    ['the end of the engine', 'engine.stop', {}, 'method'],
    ['a missing value', 'files.explain', {}, 'path'],
    ['a value of another kind', 'files.list', { limit: 'many' }, 'limit'],
    ['nothing at all', 'sync.now', undefined, 'params'],
    ['too much', 'files.explain', { path: 'x'.repeat(MAX_CALL_CHARS) }, 'params'],
    [
      'a loop',
      'sync.now',
      ((): unknown => {
        const loop: Record<string, unknown> = {};
        loop['self'] = loop;
        return loop;
      })(),
      'params',
    ],
  ])('refuses %s', (_, method, params, field) => {
    expect(codeOf(method, params)).toEqual(['invalid_request', field]);
  });
});

describe('envelopes', () => {
  it('carry values and errors alike', async () => {
    expect(await inEnvelope(() => Promise.resolve(7))).toEqual({ ok: true, value: 7 });
    expect(await inEnvelope(() => Promise.reject(new TidemarkError('folder_missing', { path: '/x' })))).toEqual({
      ok: false,
      error: { code: 'folder_missing', params: { path: '/x' } },
    });
    expect(
      await inEnvelope(() => {
        throw new RangeError('deep inside');
      }),
    ).toMatchObject({ ok: false, error: { code: 'internal' } });
  });
});
