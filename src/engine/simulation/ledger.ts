import { minuteMs } from '../../base/index.ts';
import type { FakeCloud } from '../fakes/cloud/fake-cloud.ts';
import type { Inode } from '../fakes/disk/volume.ts';
import { contentOf } from '../transfer/chunks/index.ts';
import { EMAIL, type SimDevice } from './device.ts';
import { textOf } from './text-of.ts';

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
  /** Somebody overwrote or deleted it somewhere, or chose another version. All else has to stay in sight. */
  readonly #letGo = new Set<string>();
  readonly #swapped = new Set<string>();
  /** The latest moves: hints of them are told, or lost, before anything else happens. */
  #moves: { readonly device: SimDevice; readonly folder: string; readonly atMs: number; readonly texts: readonly string[] }[] = [];
  /** Moved to where nobody told the engine to look, or where a rule may leave it out: that is a deletion, and its return something new. */
  readonly #mayBeginAnew = new Set<string>();
  /** How many items the cloud had before each of the latest requests, by the clock of the world. */
  #sizes: { readonly at: number; readonly items: number }[] = [];
  /** Lay in a trash for as long as it is promised, by the clock of that device. */
  readonly #outlived = new Set<string>();
  readonly #devices: readonly SimDevice[];
  readonly #cloud: FakeCloud;

  constructor(devices: readonly SimDevice[], cloud: FakeCloud) {
    this.#devices = devices;
    this.#cloud = cloud;
    const before = cloud.fault;
    let items = 0;
    cloud.fault = (call) => {
      before(call);
      if (call.method !== 'commit') return;
      if (call.phase === 'before') items = cloud.nodes(EMAIL).length;
      else {
        this.#lookAtCloud();
        this.#countDeleted(items, cloud.nodes(EMAIL).length);
      }
    };
  }

  /** Somebody said yes to a question. */
  mayDeleteMuch = false;
  /** Mass deletions that nobody was asked about. */
  readonly unasked: string[] = [];

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
      this.#letGo.add(text);
      const written = this.#owed.get(text);
      if (written === undefined || this.#committed.has(written.hash)) continue;
      here ??= this.#onDisks();
      if (!here.has(text)) this.#owed.delete(text);
    }
  }

  /** The person did away with it, whatever name it may have for another moment. */
  givenUp(texts: Iterable<string>): void {
    for (const text of texts) this.#owed.delete(text);
  }

  /** Took the place of another file: one of two identities ends, and either may be it. */
  swappedIn(text: string): void {
    this.#swapped.add(text);
  }

  /** Moved into the folder. */
  moved(device: SimDevice, folder: string, texts: readonly string[]): void {
    const atMs = device.wallMs;
    this.#moves = this.#moves.filter((move) => move.device !== device || move.atMs === atMs);
    this.#moves.push({ device, folder, atMs, texts });
  }

  /**
   * The hint of a change in the folder is lost. What moved into it a moment ago is missed at its old place and not looked for
   * here: a deletion, until the next full look, and something new. That costs a transfer and its history, never the bytes.
   */
  unheard(device: SimDevice, folder: string): void {
    for (const move of this.#moves) {
      if (move.device !== device || move.folder !== folder || move.atMs !== device.wallMs) continue;
      for (const text of move.texts) this.#mayBeginAnew.add(text);
    }
  }

  /** Moved where ignore rules may hold: what goes there leaves the cloud. */
  leftOut(texts: Iterable<string>): void {
    for (const text of texts) this.#mayBeginAnew.add(text);
  }

  /** Versions between which somebody chose. */
  chosen(hashes: Iterable<string>): void {
    const all = new Set(hashes);
    for (const [text, { hash }] of this.#owed) if (all.has(hash)) this.#letGo.add(text);
  }

  /** The cloud went back to a backup: what was only in its later history went with it, and that is not the devices' doing. */
  restored(): void {
    this.#committed.clear();
    this.#lookAtCloud();
    // What a download has just put in its place, and may take back, is not there yet.
    const here = this.#onDisks((device, path, text) => device.running && !text.startsWith(`${device.name}#`) && !device.rows.knows(path));
    for (const [text, { hash }] of this.#owed) if (!this.#committed.has(hash) && !here.has(text)) this.#owed.delete(text);
    for (const text of this.#outOfSight()) this.#letGo.add(text);
  }

  /** What a power cut took from everywhere before the cloud had it was only on its disk, under a name that was not durable yet. */
  powerCut(cut: () => void): void {
    const before = this.#onDisks();
    cut();
    const after = this.#onDisks();
    for (const [text, { hash }] of this.#owed)
      if (before.has(text) && !after.has(text) && !this.#committed.has(hash)) this.#owed.delete(text);
  }

  /** A trash that was kept as long as promised is emptied. */
  outlived(texts: Iterable<string>): void {
    for (const text of texts) this.#outlived.add(text);
  }

  /** What nobody deleted or overwrote, and is in no folder all the same. */
  vanished(): string[] {
    return this.#outOfSight().flatMap((text) => (this.#letGo.has(text) ? [] : (this.#owed.get(text)?.what ?? [])));
  }

  /** What is in the trash of the cloud though nobody deleted it: it may be back under another identity, its history is not. */
  buried(): string[] {
    // Without birth times a move is not always told from a deletion and something new (SYNC-SPEC 6).
    if (this.#devices.some((device) => !device.birthTimes)) return [];
    const { drive } = this.#cloud.accounts.account(EMAIL);
    const hashes = new Set([...drive.buriedNodes()].flatMap((node) => (node.kind === 'file' ? [node.hash] : [])));
    return [...this.#owed].flatMap(([text, { hash, what }]) =>
      hashes.has(hash) && !this.#letGo.has(text) && !this.#swapped.has(text) && !this.#mayBeginAnew.has(text) ? [what] : [],
    );
  }

  /** Texts that are neither in a folder nor in the cloud's tree. */
  #outOfSight(): string[] {
    const inSight = new Set<string>();
    const visit = (inode: Inode): void => {
      if (inode.kind === 'file') inSight.add(textOf(inode));
      for (const [name, entry] of inode.entries) if (name !== '.tidemark') visit(entry.inode);
    };
    for (const device of this.#devices) visit(device.disk.volume.root);
    const inCloud = new Set(this.#cloud.nodes(EMAIL).flatMap((node) => (node.kind === 'file' ? [node.hash] : [])));
    return [...this.#owed].flatMap(([text, { hash }]) => (inSight.has(text) || inCloud.has(hash) ? [] : [text]));
  }

  /** What is nowhere any more. */
  lost(): string[] {
    const here = this.#onDisks();
    const { drive } = this.#cloud.accounts.account(EMAIL);
    const used = drive.usedBlocks();
    const inCloud = (text: string, hash: string): boolean =>
      this.#committed.has(hash) &&
      contentOf(new TextEncoder().encode(text)).blocks.every((block) => used.has(block.hash) && drive.blocks.has(block.hash));
    return [...this.#owed].flatMap(([text, { hash, what }]) =>
      here.has(text) || this.#outlived.has(text) || inCloud(text, hash) ? [] : [what],
    );
  }

  /**
   * One request that takes nearly all away has to have been asked about; after a yes of anybody nothing is said. What others
   * deleted just before was there too: a person who deletes half, and another the rest, are not asked.
   */
  #countDeleted(before: number, after: number): void {
    const gone = before - after;
    const now = this.#devices[0]?.nowMs ?? 0;
    this.#sizes = [...this.#sizes.filter(({ at }) => now - at < 10 * minuteMs), { at: now, items: before }];
    const all = Math.max(...this.#sizes.map(({ items }) => items));
    if (!this.mayDeleteMuch && gone >= 10 && gone * 5 >= all * 4) this.unasked.push(`${gone} of ${all} items deleted without a question`);
  }

  #lookAtCloud(): void {
    for (const node of this.#cloud.nodes(EMAIL)) if (node.kind === 'file') this.#committed.add(node.hash);
  }

  /** @param but files that do not count, by their device, path and text */
  #onDisks(but?: (device: SimDevice, path: string, text: string) => boolean): ReadonlySet<string> {
    const texts = new Set<string>();
    const visit = (device: SimDevice, inode: Inode, path: string): void => {
      if (inode.kind === 'file' && but?.(device, path, textOf(inode)) !== true) texts.add(textOf(inode));
      for (const [name, entry] of inode.entries) {
        // Downloads under way are nobody's only copy.
        if (!(name === 'tmp' && inode.entries.has('trash')))
          visit(device, entry.inode, but === undefined ? path : `${path}/${entry.printable}`);
      }
    };
    for (const device of this.#devices) visit(device, device.disk.volume.root, '');
    return texts;
  }
}
