// Imported before anything else: it prepares what the rest relies on when it is loaded.
import { config } from 'zod';

// zod would compile its checks with `new Function`, which the content security policy refuses (and reports).
config({ jitless: true });

// Chromium 114 (the oldest this window is built for) lacks it; ECMAScript 2024 has it.
if (!('withResolvers' in Promise)) {
  Object.defineProperty(Promise, 'withResolvers', {
    configurable: true,
    writable: true,
    value<T>(): PromiseWithResolvers<T> {
      let resolve: PromiseWithResolvers<T>['resolve'] | undefined;
      let reject: PromiseWithResolvers<T>['reject'] | undefined;
      const promise = new Promise<T>((res, rej) => {
        resolve = res;
        reject = rej;
      });
      if (resolve === undefined || reject === undefined) throw new TypeError('a promise runs its executor at once');
      return { promise, resolve, reject };
    },
  });
}
