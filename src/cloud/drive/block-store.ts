/** An object as it goes into the store: already encrypted, under a name that says nothing. */
export interface StoredObject {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Bytes under a name, for the sealed blocks of all accounts. It knows neither accounts nor hashes: the catalogue says
 * which object holds which block. Names are never used twice.
 */
export interface BlockStore {
  /** Durable when it resolves. */
  write(objects: readonly StoredObject[]): Promise<void>;
  /** In the order asked; undefined for what is not there. */
  read(names: readonly string[]): Promise<readonly (Buffer | undefined)[]>;
  /** What is not there counts as removed. */
  remove(names: readonly string[]): Promise<void>;
  /** All names, in slices, in no order. */
  names(): AsyncIterable<readonly string[]>;
  close(): Promise<void>;
}
