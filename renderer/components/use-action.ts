import { useState } from 'react';
import type { ErrorData } from '../../src/contract/index.ts';
import type { Result } from '../../src/base/index.ts';

export interface Action<A extends readonly unknown[]> {
  readonly run: (...args: A) => void;
  readonly busy: boolean;
  readonly error: ErrorData | null;
  readonly dismiss: () => void;
}

/** Something a person sets off: one at a time, with its error kept until it is dismissed or tried again. */
export function useAction<A extends readonly unknown[]>(act: (...args: A) => Promise<Result<unknown, ErrorData>>): Action<A> {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorData | null>(null);
  const perform = async (...args: A): Promise<void> => {
    setBusy(true);
    setError(null);
    const answer = await act(...args);
    setBusy(false);
    if (!answer.ok) setError(answer.error);
  };
  return {
    busy,
    error,
    dismiss: () => setError(null),
    run: (...args) => {
      if (!busy) void perform(...args);
    },
  };
}
