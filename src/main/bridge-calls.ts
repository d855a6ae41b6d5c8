import { z } from 'zod';
import { type Envelope, type MethodName, type ParamsIn, TidemarkError, methods, toErrorData } from '../contract/index.ts';
import { isOwnPage } from './app-pages.ts';

/** Longest call a window may make, in characters as JSON. The largest honest one holds two paths. */
export const MAX_CALL_CHARS = 256 * 1024;

/** Not for a window: the app itself knows when the engine ends and when the machine woke up. */
const ownMethods: readonly string[] = ['engine.stop', 'engine.resumed'];

const isWindowMethod = (name: unknown): name is MethodName =>
  typeof name === 'string' && Object.hasOwn(methods, name) && !ownMethods.includes(name);

/** Who sent a message: the frame it came from. */
export interface Sender {
  readonly url: string;
  readonly isMainFrame: boolean;
}

/** True when the message comes from our own page in the top frame of a window of ours. */
export const isTrusted = (sender: Sender | null): boolean => sender !== null && sender.isMainFrame && isOwnPage(sender.url);

/** The call in a message, checked against the contract. Throws TidemarkError invalid_request. */
export function checkCall(method: unknown, params: unknown): { readonly method: MethodName; readonly params: ParamsIn<MethodName> } {
  if (!isWindowMethod(method)) throw new TidemarkError('invalid_request', { field: 'method', problem: 'there is no such method' });
  let text: string | undefined;
  try {
    text = JSON.stringify(params);
  } catch {
    text = undefined;
  }
  if (text === undefined || text.length > MAX_CALL_CHARS)
    throw new TidemarkError('invalid_request', { field: 'params', problem: 'is too large or not plain' });
  const checked = methods[method].params.safeParse(params);
  if (!checked.success) throw new TidemarkError('invalid_request', fault(checked.error));
  return { method, params: checked.data };
}

function fault(error: z.ZodError): { readonly field: string; readonly problem: string } {
  const issue = error.issues[0];
  return { field: issue?.path.map(String).join('.') ?? 'params', problem: issue?.message ?? 'is not valid' };
}

/** Runs something and puts what comes of it into an envelope; nothing is thrown. */
export async function inEnvelope(act: () => unknown): Promise<Envelope> {
  try {
    return { ok: true, value: await act() };
  } catch (thrown) {
    return { ok: false, error: toErrorData(thrown) };
  }
}

export const itemPath = z.string().min(1).max(32_768);
