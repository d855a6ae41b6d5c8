import type { DiskFaultCode } from '../../environment.ts';
import type { Content, FileStat } from '../../model/index.ts';

export interface FaultData {
  readonly code: DiskFaultCode;
  readonly path: string;
  readonly detail: string;
}

/** What the threads are asked, and what they answer. Everything in it can be cloned or transferred. */
export interface Jobs {
  list: { readonly ask: { readonly folder: string }; readonly answer: ListAnswer };
  cut: {
    readonly ask: { readonly path: string; readonly expected: FileStat };
    readonly answer: { readonly content: Content; readonly stat: FileStat };
  };
  cutMany: {
    readonly ask: { readonly files: readonly { readonly path: string; readonly expected: FileStat }[] };
    readonly answer: readonly (Content | FaultData)[];
  };
  read: {
    readonly ask: { readonly path: string; readonly offset: number; readonly length: number; readonly expected: FileStat };
    readonly answer: Uint8Array<ArrayBuffer>;
  };
  readMany: {
    readonly ask: { readonly files: readonly { readonly path: string; readonly expected: FileStat }[] };
    readonly answer: { readonly bytes: ArrayBuffer; readonly parts: readonly (Part | FaultData)[] };
  };
  writeMany: {
    readonly ask: { readonly bytes: ArrayBuffer; readonly files: readonly PackedFile[] };
    readonly answer: readonly (FileStat | FaultData)[];
  };
  moveFiles: {
    readonly ask: { readonly moves: readonly { readonly from: string; readonly to: string }[] };
    readonly answer: readonly (null | FaultData)[];
  };
  syncFolders: { readonly ask: { readonly paths: readonly string[] }; readonly answer: null };
}

export type JobKind = keyof Jobs;

/** A folder in columns: names joined by `/`, stats in one buffer, and the few entries that are out of the ordinary. */
export interface ListAnswer {
  readonly names: string;
  readonly count: number;
  readonly stats: ArrayBuffer;
  readonly odd: readonly { readonly index: number; readonly printable: string | null; readonly fault: DiskFaultCode | null }[];
}

export interface Part {
  readonly offset: number;
  readonly length: number;
}

export interface PackedFile extends Part {
  readonly path: string;
  readonly mtimeMs: number;
  readonly mode: number;
}

export type Request =
  | { readonly [K in JobKind]: { readonly id: number; readonly kind: K; readonly ask: Jobs[K]['ask'] } }[JobKind]
  | { readonly id: number; readonly kind: 'abort' };

export type Response =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly fault: FaultData }
  | { readonly id: number; readonly aborted: true };

export const isFault = (value: object | null): value is FaultData => value !== null && 'detail' in value;
