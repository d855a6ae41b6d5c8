import { describe, expect, it } from 'vitest';
import { browserPass, codeInFragment } from './browser-pass.ts';

function tab(
  hash: string,
  kept: Record<string, string> = {},
): { readonly win: Window; readonly kept: Record<string, string>; address(): string } {
  let address = `/${hash}`;
  const win = {
    location: { hash, pathname: '/', search: '' },
    history: { replaceState: (_data: unknown, _title: string, to: string) => (address = to) },
    sessionStorage: {
      getItem: (key: string) => kept[key] ?? null,
      setItem: (key: string, value: string) => (kept[key] = value),
      removeItem: (key: string) => Reflect.deleteProperty(kept, key),
    },
  };
  return { win: win as unknown as Window, kept, address: () => address };
}

describe('the code of an address', () => {
  it.each([
    ['#code=abc-_1', 'abc-_1'],
    ['#abc-_1', 'abc-_1'],
    ['#/files', null],
    ['#', null],
    ['', null],
    ['#code=', null],
  ])('in %j is %j', (hash, code) => {
    expect(codeInFragment(hash)).toBe(code);
  });

  it('leaves the address at once and is given once', () => {
    const { win, address } = tab('#code=abc');
    const pass = browserPass(win);
    expect(address()).toBe('/');
    expect([pass.valid(), pass.takeCode(), pass.takeCode(), pass.valid()]).toEqual([true, 'abc', null, false]);
  });

  it('is not looked for in a place inside the window', () => {
    const { win, address } = tab('#/files', { 'tidemark.session': 's' });
    const pass = browserPass(win);
    expect(address()).toBe('/#/files');
    expect([pass.valid(), pass.session(), pass.takeCode()]).toEqual([true, 's', null]);
    pass.forget();
    expect(pass.valid()).toBe(false);
  });
});
