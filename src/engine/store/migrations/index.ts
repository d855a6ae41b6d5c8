import { initial } from './0001-initial.ts';
import { undo } from './0002-undo.ts';
import { leftOut } from './0003-left-out.ts';
import { unheard } from './0004-unheard.ts';

/** SQL that brings a database from one version to the next. Never edited once released: add another. */
export interface Migration {
  /** The `user_version` after it; they count up by one from 1. */
  readonly version: number;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
  { version: 1, sql: initial },
  { version: 2, sql: undo },
  { version: 3, sql: leftOut },
  { version: 4, sql: unheard },
];
