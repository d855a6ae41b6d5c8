import { DiskFault } from '../../environment.ts';
import { toDiskFault } from '../disk-fault.ts';
import type { FaultData } from './protocol.ts';

export function toFaultData(error: unknown, path: string): FaultData {
  const fault = toDiskFault(error, path);
  const detail = fault.cause instanceof Error ? fault.cause.message : fault.message;
  return { code: fault.code, path: fault.path, detail };
}

export const fromFaultData = (data: FaultData): DiskFault => new DiskFault(data.code, data.path, { cause: new Error(data.detail) });
