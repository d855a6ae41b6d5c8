/** A place in the history of one drive. Opaque to clients, who cannot gain anything by making one up. */
export interface Cursor {
  readonly epoch: string;
  /** Everything up to here was told. */
  readonly sequence: number;
  /** Mark of the transaction that `snapshotFrom ?? sequence` belongs to; tells a restored backup from the history it forked from. */
  readonly stamp: string;
  /** Sequence at which a read without a cursor began, until its last page. */
  readonly snapshotFrom: number | null;
  /** Which way the history took: another after each restored backup that showed. Where the mark is no longer known, this tells. */
  readonly branch: string;
}

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([cursor.epoch, cursor.sequence, cursor.stamp, cursor.snapshotFrom, cursor.branch])).toString(
    'base64url',
  );
}

/** Undefined when it is not one of ours. */
export function decodeCursor(text: string): Cursor | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (!Array.isArray(value) || value.length < 4 || value.length > 5) return undefined;
    // Those of before branches were told apart have none.
    const [epoch, sequence, stamp, snapshotFrom, branch = ''] = value as unknown[];
    if (typeof epoch !== 'string' || typeof stamp !== 'string' || typeof branch !== 'string' || !isSequence(sequence)) return undefined;
    if (snapshotFrom !== null && !isSequence(snapshotFrom)) return undefined;
    return { epoch, sequence, stamp, snapshotFrom, branch };
  } catch {
    return undefined;
  }
}

const isSequence = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
