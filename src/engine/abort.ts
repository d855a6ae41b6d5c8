/** Who wants to hear of a signal. One listener a signal: EventTarget looks through all of its own for every new one. */
const hubs = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls back when the signal fires, at once when it already did. The returned function forgets. */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => undefined;
  if (signal.aborted) {
    callback();
    return () => undefined;
  }
  const hub = hubs.get(signal) ?? listen(signal);
  // A wrapper of its own, so that the same function may be given twice.
  const entry = (): void => {
    callback();
  };
  hub.add(entry);
  return () => hub.delete(entry);
}

function listen(signal: AbortSignal): Set<() => void> {
  const hub = new Set<() => void>();
  hubs.set(signal, hub);
  signal.addEventListener(
    'abort',
    () => {
      hubs.delete(signal);
      for (const callback of hub) callback();
    },
    { once: true },
  );
  return hub;
}
