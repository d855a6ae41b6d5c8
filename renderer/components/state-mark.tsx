import { ArrowUpDown, Ban, CircleAlert, CircleCheck, Clock, Cloud, GitCompare, HardDrive, type LucideIcon } from 'lucide-react';
import type { ReactElement } from 'react';
import type { ItemState } from '../../src/contract/index.ts';
import { useWords } from '../i18n/use-words.ts';

// Every state has a shape of its own: colour is never the only sign.
const marks: Readonly<Record<ItemState, { readonly icon: LucideIcon; readonly tone: 'good' | 'busy' | 'calm' | 'warn' | 'bad' }>> = {
  synced: { icon: CircleCheck, tone: 'good' },
  syncing: { icon: ArrowUpDown, tone: 'busy' },
  waiting: { icon: Clock, tone: 'calm' },
  local_only: { icon: HardDrive, tone: 'calm' },
  ignored: { icon: Ban, tone: 'calm' },
  not_kept: { icon: Cloud, tone: 'calm' },
  conflict: { icon: GitCompare, tone: 'warn' },
  error: { icon: CircleAlert, tone: 'bad' },
};

/** State of an item: a shape and a word. */
export function StateMark({ state }: { readonly state: ItemState }): ReactElement {
  const { t } = useWords();
  const { icon: Icon, tone } = marks[state];
  return (
    <span className={`state-mark tone-${tone}`}>
      <Icon aria-hidden className="icon icon-small" />
      <span>{t(`files.state.${state}`)}</span>
    </span>
  );
}
