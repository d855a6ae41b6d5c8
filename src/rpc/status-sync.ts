import type { EngineApi, Status, StatusPatch } from '../contract/index.ts';
import type { Disposer } from '../base/index.ts';

/** The status after a patch; `stale` when it is already in, `gap` when patches in between were lost. */
export function applyPatch(status: Status, patch: StatusPatch): Status | 'stale' | 'gap' {
  if (patch.revision <= status.revision) return 'stale';
  if (patch.revision !== status.revision + 1) return 'gap';
  const next: Record<string, unknown> = { ...status };
  for (const [key, value] of Object.entries(patch as Readonly<Record<string, unknown>>)) if (value !== undefined) next[key] = value;
  return next as unknown as Status;
}

/** What a follower knows. `waiting` holds patches that came while a snapshot is on its way, in order. */
export interface StatusView {
  readonly status: Status | null;
  readonly asking: boolean;
  readonly waiting: readonly StatusPatch[];
}

export type StatusInput = { readonly snapshot: Status } | { readonly patch: StatusPatch };

export const emptyView: StatusView = { status: null, asking: true, waiting: [] };

/** Pure step of a follower. When `asking` turns true, a new snapshot has to be asked for. */
export function stepStatus(view: StatusView, input: StatusInput): StatusView {
  if ('patch' in input) {
    if (view.asking || view.status === null) return { ...view, asking: true, waiting: [...view.waiting, input.patch] };
    const next = applyPatch(view.status, input.patch);
    if (next === 'stale') return view;
    if (next === 'gap') return { status: view.status, asking: true, waiting: [input.patch] };
    return { ...view, status: next };
  }
  let status = input.snapshot;
  for (const [index, patch] of view.waiting.entries()) {
    const next = applyPatch(status, patch);
    if (next === 'stale') continue;
    if (next === 'gap') return { status, asking: true, waiting: view.waiting.slice(index) };
    status = next;
  }
  return { status, asking: false, waiting: [] };
}

export interface FollowOptions {
  /** The snapshot could not be had; following has ended. */
  readonly onError?: (error: unknown) => void;
}

/** Calls the listener with the whole status now and after every change, until disposed. */
export function followStatus(api: EngineApi, listener: (status: Status) => void, options: FollowOptions = {}): Disposer {
  let view = emptyView;
  let open = true;

  const take = (input: StatusInput): void => {
    const before = view;
    view = stepStatus(view, input);
    if (view.status !== null && view.status !== before.status) listener(view.status);
    if (view.asking && (!before.asking || 'snapshot' in input)) ask();
  };
  function ask(): void {
    api.call('status.snapshot', {}).then(
      (snapshot) => {
        if (open) take({ snapshot });
      },
      (error: unknown) => {
        if (!open) return;
        stop();
        options.onError?.(error);
      },
    );
  }
  // Subscribed before the snapshot is asked for, so that no patch falls between the two.
  const dispose = api.on('status.patch', (patch) => {
    if (open) take({ patch });
  });
  const stop = (): void => {
    open = false;
    dispose();
  };
  ask();
  return stop;
}
