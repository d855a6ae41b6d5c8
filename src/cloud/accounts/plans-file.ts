import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { planId, TidemarkError } from '../../contract/index.ts';
import { KiB } from '../../base/index.ts';
import type { PlanRow } from '../options.ts';

/** Less, and a block of four megabytes would take longer than a device waits, once several share the cap. */
const LEAST_CAP_BYTES = 256 * KiB;
const MAX_PLANS = 100;

const cap = z.int('must be bytes a second, or null for no cap').min(LEAST_CAP_BYTES).nullable().default(null);

const row = z.strictObject({
  id: planId,
  storageBytes: z.int('must be a whole number of bytes').min(1).max(Number.MAX_SAFE_INTEGER),
  devices: z.int('must be a whole number, or null for no stated limit').min(1).nullable().default(null),
  pricePerYearUsd: z.number('must be a number, or null').min(0).nullable().default(null),
  uploadBytesPerSecond: cap,
  downloadBytesPerSecond: cap,
});

const file = z.strictObject({ plans: z.array(row).min(1).max(MAX_PLANS) });

/** The catalogue of plans as the operator wrote it. Throws plans_invalid, which names the row and the field. */
export async function readPlans(path: string): Promise<readonly PlanRow[]> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const problem = cause instanceof SyntaxError ? `it is no JSON (${cause.message})` : 'it cannot be read';
    throw new TidemarkError('plans_invalid', { path, problem }, { cause });
  }
  const invalid = (place: readonly PropertyKey[], problem: string): TidemarkError =>
    new TidemarkError('plans_invalid', { path, ...placeOf(place, value), problem });
  const parsed = file.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(issue?.path ?? [], issue?.message ?? '');
  }
  const ids = parsed.data.plans.map(({ id }) => id);
  const twice = ids.findIndex((id, at) => ids.indexOf(id) < at);
  if (twice >= 0) throw invalid(['plans', twice, 'id'], 'a row above has it too');
  return parsed.data.plans;
}

/** In the words of whoever looks at the file: rows are counted from 1. */
function placeOf(path: readonly PropertyKey[], value: unknown): { readonly row?: string; readonly field?: string } {
  const [top, index, ...rest] = path;
  if (top === undefined) return {};
  if (top !== 'plans' || typeof index !== 'number') return { field: path.map(String).join('.') };
  const { id } = ((value as { readonly plans?: readonly unknown[] }).plans?.[index] ?? {}) as { readonly id?: unknown };
  const name = typeof id === 'string' ? ` (${id})` : '';
  return { row: `row ${index + 1}${name}`, ...(rest.length === 0 ? {} : { field: rest.map(String).join('.') }) };
}
