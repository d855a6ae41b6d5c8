import { type ErrorCode, type ErrorKind, errorKind } from './catalogue.ts';

/** Values that the text of an error names: a path, a field, a size in bytes, a wait in milliseconds. */
export type ErrorParams = Readonly<Record<string, string | number | boolean>>;

/** The only error class that crosses a module, a process or the network. */
export class TidemarkError extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams;

  constructor(code: ErrorCode, params: ErrorParams = {}, options?: { readonly cause?: unknown }) {
    super(`${code}${Object.keys(params).length === 0 ? '' : ` ${JSON.stringify(params)}`}`, options);
    this.name = 'TidemarkError';
    this.code = code;
    this.params = params;
  }

  get kind(): ErrorKind {
    return errorKind(this.code);
  }
}

/** An error as data: what rpc, problem details, the database and `--json` carry. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
}

/** Any thrown value as data; what is not ours becomes `internal` with its message kept for the log. */
export function toErrorData(thrown: unknown): ErrorData {
  if (thrown instanceof TidemarkError) return { code: thrown.code, params: thrown.params };
  return { code: 'internal', params: { detail: thrown instanceof Error ? thrown.message : String(thrown) } };
}
