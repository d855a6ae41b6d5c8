/**
 * Gives an older JavaScript engine `Promise.withResolvers` (ECMAScript 2024), which Chromium 114 and the Node inside
 * Electron 25 lack. Called first thing by what runs there; elsewhere it does nothing.
 */
export function ensureWithResolvers(): void {
  if ('withResolvers' in Promise) return;
  Object.defineProperty(Promise, 'withResolvers', {
    configurable: true,
    writable: true,
    value(this: PromiseConstructor): unknown {
      let settle: readonly [(value: unknown) => void, (reason?: unknown) => void] | undefined;
      const promise = new this<unknown>((resolve, reject) => {
        settle = [resolve, reject];
      });
      if (settle === undefined) throw new TypeError('a promise calls its executor at once');
      return { promise, resolve: settle[0], reject: settle[1] };
    },
  });
}
