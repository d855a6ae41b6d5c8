import { createHash, type Hash } from 'node:crypto';
import type { Block, Content } from '../../model/index.ts';
import { contentHash } from './content-hash.ts';
import { Cutter } from './cutter.ts';

/** Cuts a stream into blocks and hashes them as it goes by; holds no bytes. */
export class ContentBuilder {
  readonly #cutter = new Cutter();
  readonly #blocks: Block[] = [];
  #hash: Hash | undefined;
  #blockBytes = 0;
  #size = 0;

  push(bytes: Uint8Array): void {
    let start = 0;
    for (const end of this.#cutter.push(bytes)) {
      this.#add(bytes, start, end);
      this.#endBlock();
      start = end;
    }
    this.#add(bytes, start, bytes.length);
    this.#size += bytes.length;
  }

  /** The content of everything pushed. Nothing may be pushed afterwards. */
  finish(): Content {
    this.#endBlock();
    return { size: this.#size, hash: contentHash(this.#blocks), blocks: this.#blocks };
  }

  #add(bytes: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    this.#hash ??= createHash('sha256');
    this.#hash.update(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
    this.#blockBytes += end - start;
  }

  #endBlock(): void {
    if (this.#hash === undefined) return;
    this.#blocks.push({ hash: this.#hash.digest('hex'), size: this.#blockBytes });
    this.#hash = undefined;
    this.#blockBytes = 0;
  }
}

/** Content of bytes that are in memory already. */
export function contentOf(bytes: Uint8Array): Content {
  const builder = new ContentBuilder();
  builder.push(bytes);
  return builder.finish();
}
