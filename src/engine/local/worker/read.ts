import { closeSync, readSync } from 'node:fs';
import { DiskFault } from '../../environment.ts';
import type { FileStat } from '../../model/index.ts';
import { toFaultData } from './fault-data.ts';
import { checkAfterReading, openExpected } from './open-file.ts';
import type { Jobs } from './protocol.ts';

export function readPart(path: string, offset: number, length: number, expected: FileStat): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  readInto(bytes, path, offset, expected);
  return bytes;
}

function readInto(target: Uint8Array, path: string, offset: number, expected: FileStat): void {
  const descriptor = openExpected(path, expected);
  try {
    let filled = 0;
    while (filled < target.length) {
      const count = readSync(descriptor, target, filled, target.length - filled, offset + filled);
      if (count === 0) throw new DiskFault('changed', path);
      filled += count;
    }
    checkAfterReading(descriptor, path, expected);
  } finally {
    closeSync(descriptor);
  }
}

/** All files in one buffer, so that the answer is one transfer. */
export function readMany(files: Jobs['readMany']['ask']['files']): Jobs['readMany']['answer'] {
  const bytes = new ArrayBuffer(files.reduce((sum, file) => sum + file.expected.size, 0));
  let offset = 0;
  const parts = files.map(({ path, expected }) => {
    const part = { offset, length: expected.size };
    offset += expected.size;
    try {
      readInto(new Uint8Array(bytes, part.offset, part.length), path, 0, expected);
      return part;
    } catch (error) {
      return toFaultData(error, path);
    }
  });
  return { bytes, parts };
}
