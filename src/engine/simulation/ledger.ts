import type { FakeCloud } from '../fakes/cloud/fake-cloud.ts';
import type { Inode } from '../fakes/disk/volume.ts';
import { contentOf } from '../transfer/chunks/index.ts';
import { EMAIL, type SimDevice } from './device.ts';

interface Written {
  readonly hash: string;
  readonly what: string;
}

/**
 * Everything people wrote. What somebody overwrote or deleted before it reached the cloud is theirs to lose; everything
 * else has to be somewhere for ever: in a folder, in a trash, in the history of the cloud.
 */
export class Ledger {
  readonly #owed = new Map<string, Written>();
  readonly #hashes = new Map<string, string>();
  /** Content hashes that were once a file in the cloud. */
  readonly #committed = new Set<string>();
  readonly #devices: readonly SimDevice[];
  readonly #cloud: FakeCloud;

  constructor(devices: readonly SimDevice[], cloud: FakeCloud) {
    this.#devices = devices;
    this.#cloud = cloud;
    const before = cloud.fault;
    cloud.fault = (call) => {
      before(call);
      if (call.phase === 'after' && call.method === 'commit') this.#lookAtCloud();
    };
  }

  get size(): number {
    return this.#owed.size;
  }

  hashOf(text: string): string {
    let hash = this.#hashes.get(text);
    if (hash === undefined) {
      hash = contentOf(new TextEncoder().encode(text)).hash;
      this.#hashes.set(text, hash);
    }
    return hash;
  }

  wrote(text: string, what: string): void {
    this.#owed.set(text, { hash: this.hashOf(text), what });
  }

  /** The person did away with something that held these: what is nowhere by now was only there. */
  dismissed(texts: Iterable<string>): void {
    let here: ReadonlySet<string> | undefined;
    for (const text of texts) {
      const written = this.#owed.get(text);
      if (written === undefined || this.#committed.has(written.hash)) continue;
      here ??= this.#onDisks();
      if (!here.has(text)) this.#owed.delete(text);
    }
  }

  /** The cloud went back to a backup: what was only in its later history went with it, and that is not the devices' doing. */
  restored(): void {
    this.#committed.clear();
    this.#lookAtCloud();
    this.dismissed([...this.#owed.keys()]);
  }

  /** What was lost. Ends the history: blocks that nothing in the cloud needs are gone afterwards. */
  lost(): string[] {
    const here = this.#onDisks();
    const { drive } = this.#cloud.accounts.account(EMAIL);
    drive.collectBlocks();
    return [...this.#owed].flatMap(([text, { hash, what }]) => (here.has(text) || this.#isInCloud(text, hash) ? [] : [what]));
  }

  #isInCloud(text: string, hash: string): boolean {
    const { drive } = this.#cloud.accounts.account(EMAIL);
    return this.#committed.has(hash) && contentOf(new TextEncoder().encode(text)).blocks.every((block) => drive.blocks.has(block.hash));
  }

  #lookAtCloud(): void {
    for (const node of this.#cloud.nodes(EMAIL)) if (node.kind === 'file') this.#committed.add(node.hash);
  }

  #onDisks(): ReadonlySet<string> {
    const texts = new Set<string>();
    const visit = (inode: Inode): void => {
      if (inode.kind === 'file') texts.add(new TextDecoder().decode(inode.data));
      for (const entry of inode.entries.values()) visit(entry.inode);
    };
    for (const device of this.#devices) visit(device.disk.volume.root);
    return texts;
  }
}
