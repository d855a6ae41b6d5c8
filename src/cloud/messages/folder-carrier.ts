import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomId } from '../ids.ts';
import type { Carrier, Message } from './messenger.ts';

/**
 * Writes messages as files, for tests and trials: one each, in the order of their names, whole when it is there, and for the
 * owner only, since a code opens an account.
 */
export class FolderCarrier implements Carrier {
  readonly #folder: string;
  readonly #extension: string;
  readonly #now: () => number;
  #count = 0;

  /** @param extension without the dot: `eml` for mail (RFC 5322), `txt` for text messages */
  constructor(folder: string, extension: 'eml' | 'txt', now: () => number) {
    this.#folder = folder;
    this.#extension = extension;
    this.#now = now;
  }

  async deliver({ to, subject, text }: Message): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    this.#count += 1;
    const name = `${new Date(this.#now()).toISOString().replaceAll(/[:.]/g, '-')}-${String(this.#count).padStart(6, '0')}.${this.#extension}`;
    const head =
      this.#extension === 'eml' ? `To: ${to}\r\nSubject: ${subject}\r\nContent-Type: text/plain; charset=utf-8\r\n` : `To: ${to}\r\n`;
    const unfinished = join(this.#folder, `.${randomId()}`);
    await writeFile(unfinished, `${head}\r\n${text.replaceAll('\n', '\r\n')}\r\n`, { mode: 0o600, flag: 'wx' });
    await rename(unfinished, join(this.#folder, name));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
