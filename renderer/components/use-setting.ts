import { useState } from 'react';
import type { ErrorData, SettingKey, SettingValue } from '../../src/contract/index.ts';
import { useStores } from '../stores/index.ts';

export interface SettingChange {
  readonly set: <K extends SettingKey>(key: K, value: SettingValue<K>) => void;
  readonly error: ErrorData | null;
  readonly dismiss: () => void;
}

/** Changes settings. Unlike other actions a second change does not wait for the first: the last one counts. */
export function useSetting(): SettingChange {
  const { settings } = useStores();
  const [error, setError] = useState<ErrorData | null>(null);
  return {
    error,
    dismiss: () => setError(null),
    set: (key, value) => {
      void settings.set(key, value).then((answer) => setError(answer.ok ? null : answer.error));
    },
  };
}
