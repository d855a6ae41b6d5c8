/** Undoes a subscription or gives back a resource. Calling it twice is harmless. */
export type Disposer = () => void;

/** One disposer for many, run in reverse order of creation. */
export function disposeAll(...disposers: readonly Disposer[]): Disposer {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    for (const dispose of [...disposers].reverse()) dispose();
  };
}
