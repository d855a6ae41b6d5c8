/** One content-defined block: SHA-256 in hex, size in bytes. */
export interface Block {
  readonly hash: string;
  readonly size: number;
}

/** What a file holds. `hash` follows from `blocks` (contract: contentHash). */
export interface Content {
  readonly size: number;
  readonly hash: string;
  readonly blocks: readonly Block[];
}
