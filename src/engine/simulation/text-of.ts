import type { Inode } from '../fakes/disk/volume.ts';

/** The fake disk never changes bytes in place, and the ledger reads all of them again and again. */
const texts = new WeakMap<Uint8Array, string>();

/** The content of a file as text. */
export function textOf({ data }: Pick<Inode, 'data'>): string {
  let text = texts.get(data);
  if (text === undefined) {
    text = new TextDecoder().decode(data);
    texts.set(data, text);
  }
  return text;
}
