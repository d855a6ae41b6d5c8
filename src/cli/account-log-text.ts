import type { AuditEvent, AuditKind } from '../contract/index.ts';
import { placeText } from './device-text.ts';
import { plain, table, when } from './text.ts';

const WORDS = {
  signed_up: 'the account was made',
  signed_in: 'signed in',
  sign_in_refused: 'sign-in refused',
  signed_out: 'signed out',
  device_ended: 'signed a device out',
  operator_ended: 'whoever runs the cloud signed all devices out',
  token_reused: 'signed out, since its token was used twice',
  proved: 'proved who it is',
  proof_refused: 'proof refused',
  identity_added: 'added a way to sign in',
  identity_removed: 'removed a way to sign in',
  password_set: 'set the password',
  password_reset: 'the password was replaced with a code',
  account_claimed: 'the owner of the address took the account over',
} as const satisfies Record<AuditKind, string>;

/** How somebody signed in, or why not; addresses and names are told as they are. */
const DETAILS: Readonly<Record<string, string>> = {
  password: 'with the password',
  code: 'with a code',
  choice: 'after choosing which device goes',
  grant: 'with another service',
  device_limit: 'the plan takes no more devices',
};

/** What happened to the ways into the account, a line each. */
export const auditTable = (events: readonly AuditEvent[]): string =>
  events.length === 0
    ? 'Nothing happened yet.'
    : table(
        ['WHEN', 'DEVICE', 'FROM', 'WHAT'],
        events.map(({ at, kind, device, detail, place, times }) => [
          when(at),
          device === null ? '' : plain(device),
          placeText(place),
          `${WORDS[kind]}${detail === null ? '' : ` (${DETAILS[detail] ?? plain(detail)})`}${times === 1 ? '' : `, ${String(times)} times`}`,
        ]),
      );
