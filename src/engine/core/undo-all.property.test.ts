import fc from 'fast-check';
import { expect, it } from 'vitest';
import { secondMs } from '../../base/index.ts';
import { type CloudNode, type CommitEntryInput, ROOT_ID } from '../../contract/index.ts';
import type { DriveApi } from '../remote/index.ts';
import { DEVICE, EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';
import { contentOf } from '../transfer/chunks/index.ts';
import { TidemarkEngine } from './engine.ts';

/** What another device does; `at` and `to` choose among what is there. */
type Step =
  | { readonly do: 'add'; readonly to: number; readonly text: string }
  | { readonly do: 'mkdir'; readonly to: number }
  | { readonly do: 'edit'; readonly at: number; readonly text: string }
  | { readonly do: 'move'; readonly at: number; readonly to: number }
  | { readonly do: 'swap'; readonly at: number; readonly to: number }
  | { readonly do: 'delete'; readonly at: number }
  /** This device looks, and carries out what it sees. */
  | { readonly do: 'sync' };

const index = fc.nat(1000);
const text = fc.string({ maxLength: 8 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('add' as const), to: index, text }),
  fc.record({ do: fc.constant('mkdir' as const), to: index }),
  fc.record({ do: fc.constant('edit' as const), at: index, text }),
  fc.record({ do: fc.constant('move' as const), at: index, to: index }),
  fc.record({ do: fc.constant('swap' as const), at: index, to: index }),
  fc.record({ do: fc.constant('delete' as const), at: index }),
  fc.record({ do: fc.constant('sync' as const) }),
);

/** Not touched, so that no deletion is one of half the folder, which would be asked about. */
const KEPT = 24;

/** Another device, which speaks to the cloud alone. */
class Other {
  readonly #sync: TestSync;
  readonly #drive: DriveApi;
  #serial = 0;

  constructor(sync: TestSync, drive: DriveApi) {
    this.#sync = sync;
    this.#drive = drive;
  }

  async start(): Promise<void> {
    for (let number = 0; number < KEPT; number += 1) await this.#commit([await this.#put(null, ROOT_ID, `kept ${number}`, 'kept')]);
    for (const name of ['one', 'two']) await this.#commit([{ op: 'mkdir', id: this.#sync.random.id(), parentId: ROOT_ID, name }]);
    for (const to of [0, 1, 2]) await this.do({ do: 'add', to, text: `first ${to}` });
  }

  async do(step: Step): Promise<void> {
    switch (step.do) {
      case 'add':
        return this.#commit([await this.#put(null, this.#folder(step.to), this.#name(), step.text)]);
      case 'mkdir':
        return this.#commit([{ op: 'mkdir', id: this.#sync.random.id(), parentId: this.#folder(step.to), name: this.#name() }]);
      case 'edit': {
        const node = this.#choose(step.at);
        return node?.kind === 'file' ? this.#commit([await this.#put(node, node.parentId, node.name, step.text)]) : undefined;
      }
      case 'move': {
        const node = this.#choose(step.at);
        return node === undefined ? undefined : this.#commit([moved(node, this.#folder(step.to), this.#name())]);
      }
      case 'swap': {
        const [a, b] = [this.#choose(step.at), this.#choose(step.to)];
        if (a === undefined || b === undefined || a.id === b.id) return;
        return this.#commit([moved(a, b.parentId, b.name), moved(b, a.parentId, a.name)].map((entry) => ({ ...entry, group: 0 })));
      }
      case 'delete': {
        const node = this.#choose(step.at);
        return node === undefined ? undefined : this.#commit([{ op: 'delete', id: node.id, base: node.revision }]);
      }
      case 'sync':
    }
  }

  get #nodes(): readonly CloudNode[] {
    return this.#sync.cloud.nodes(EMAIL).filter(({ name }) => !name.startsWith('kept'));
  }
  #choose(at: number): CloudNode | undefined {
    const nodes = this.#nodes;
    return nodes[at % Math.max(1, nodes.length)];
  }
  #folder(at: number): string {
    const folders = [ROOT_ID, ...this.#nodes.filter(({ kind }) => kind === 'folder').map(({ id }) => id)];
    return folders[at % folders.length] ?? ROOT_ID;
  }
  #name(): string {
    this.#serial += 1;
    return `item ${this.#serial}`;
  }

  async #put(node: CloudNode | null, parentId: string, name: string, content: string): Promise<CommitEntryInput> {
    const bytes = new TextEncoder().encode(content);
    const { size, hash, blocks } = contentOf(bytes);
    if (size > 0) await this.#drive.store([{ hash, bytes }]);
    const base = node?.revision ?? null;
    return {
      op: 'put',
      id: node?.id ?? this.#sync.random.id(),
      base,
      parentId,
      name,
      size,
      hash,
      blocks: [...blocks],
      mtimeMs: 1_700_000_000_000,
    };
  }

  /** What the cloud refuses (a folder into itself) does not happen. */
  async #commit(entries: readonly CommitEntryInput[]): Promise<void> {
    await this.#drive.commit(entries, this.#sync.random.id());
  }
}

const moved = ({ id, revision }: CloudNode, parentId: string, name: string): CommitEntryInput => ({
  op: 'move',
  id,
  base: revision,
  parentId,
  name,
});

it('whatever another device did, undone from the last to the first it gives back what was there, byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      const sync = new TestSync();
      const other = new Other(sync, await sync.connect('Laptop'));
      await other.start();
      const { environment, store, clock } = sync;
      const engine = new TidemarkEngine({ environment, store, profile: '/profile', lockFolder: () => () => undefined });
      await engine.call('account.signIn', { server: sync.cloud.server, email: EMAIL, password: 'correct horse', deviceName: DEVICE });
      await engine.call('folder.add', { path: ROOT });
      await engine.start();
      const settle = async (): Promise<void> => {
        await engine.call('sync.now', {});
        await clock.advance(20 * secondMs);
        expect(store.divergentIds(), 'at rest').toEqual([]);
      };
      const tree = (): unknown =>
        Object.fromEntries(Object.entries(sync.disk.user.snapshot(ROOT)).filter(([path]) => !path.startsWith('.tidemark')));
      await settle();
      const before = tree();
      const mark = store.activity({ limit: 1 })[0]?.id ?? 0;
      for (const one of steps) {
        await other.do(one);
        // What is deleted while it waits out of sight was at neither place, and comes back under a number if need be.
        if (one.do === 'sync' || one.do === 'swap') await settle();
      }
      await settle();
      const ids = store.activity({ limit: 1000 }).flatMap(({ id }) => (id > mark ? [id] : []));
      if (ids.length === 0) return;
      const undoing = engine.call('activity.undo', { ids });
      await clock.advance(20 * secondMs);
      const { results } = await undoing;
      expect(results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
      expect(tree()).toEqual(before);
      await settle();
      expect(tree()).toEqual(before);
      expect(store.issueCount() + store.questions().length + store.conflictCopies().length).toBe(0);
      const stopping = engine.stop();
      await clock.advance(secondMs);
      await stopping;
    }),
    { numRuns: 40 },
  );
}, 60_000);
