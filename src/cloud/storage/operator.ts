import { existsSync } from 'node:fs';
import { email as emailAddress, phoneNumber, type Quota, TidemarkError } from '../../contract/index.ts';
import type { IdentityKey } from '../catalogue.ts';
import { quotaState, usedBytes } from '../drive/quota.ts';
import { randomId } from '../ids.ts';
import { openBeside, type Sqlite } from './database.ts';
import { catalogueMigrations } from './migrations.ts';
import { SqliteAccounts } from './sqlite-accounts.ts';
import { SqliteAudit } from './sqlite-audit.ts';
import { catalogueFile } from './sqlite-catalogue.ts';
import { SqliteDrives } from './sqlite-drives.ts';

/** An account as its operator sees it. */
export interface OperatedAccount extends Pick<Quota, 'plan' | 'totalBytes' | 'usedBytes' | 'state'> {
  readonly account: string;
  /** Last sign-in or sync. */
  readonly activeAt: number;
  /** That are signed in. */
  readonly devices: number;
}

export interface Operation {
  readonly dataDir: string;
  /** E-mail address or phone number. */
  readonly address: string;
  /** The plan that it has from now on. */
  readonly plan?: string;
  /** All its devices are signed out. Those that wait for changes notice within moments, the others with their next request. */
  readonly signOut?: boolean;
}

/**
 * Looks at an account of a data directory, gives it another plan, or signs its devices out. Also while a server runs on it: SQLite lets one
 * transaction in after the other, and the server asks for the plan of an account in each. Throws data_missing,
 * account_unknown, plan_unknown, database_newer, and usage where the data is of an earlier version.
 */
export async function operateAccount({ dataDir, ...operation }: Operation): Promise<OperatedAccount> {
  const path = catalogueFile(dataDir);
  if (!existsSync(path)) throw new TidemarkError('data_missing', { path: dataDir });
  const db = openBeside(path, catalogueMigrations.length);
  try {
    return await operate(db, operation);
  } finally {
    db.close();
  }
}

async function operate(db: Sqlite, { address, plan, signOut = false }: Omit<Operation, 'dataDir'>): Promise<OperatedAccount> {
  const accounts = new SqliteAccounts(db);
  const key = keyOf(address);
  const found = key === undefined ? undefined : await accounts.byIdentity(key);
  if (found === undefined) throw new TidemarkError('account_unknown', { account: address });
  const { no, label, activeAt } = found.account;
  if (plan !== undefined) await accounts.setPlan(no, plan);
  if (signOut) {
    const at = Date.now();
    if ((await accounts.signOutAll(no, at)) > 0)
      await new SqliteAudit(db).add(no, { at, kind: 'operator_ended', device: null, detail: null, from: null });
  }
  const devices = (await accounts.devices(no)).length;
  const usage = await new SqliteDrives(db, Date.now, randomId).usage(no);
  const { plan: current, totalBytes } = usage;
  return { account: label, plan: current, totalBytes, usedBytes: usedBytes(usage), state: quotaState(usage), activeAt, devices };
}

function keyOf(address: string): IdentityKey | undefined {
  const mail = emailAddress.safeParse(address);
  if (mail.success) return { kind: 'email', subject: mail.data };
  const phone = phoneNumber.safeParse(address);
  return phone.success ? { kind: 'phone', subject: phone.data } : undefined;
}
