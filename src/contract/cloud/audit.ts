import { z } from 'zod';
import { timeMs } from '../primitives.ts';
import { devicePlace } from './account.ts';

/** What happened to an account or the ways into it. */
export const auditKind = z.enum([
  'signed_up',
  'signed_in',
  'sign_in_refused',
  'signed_out',
  'device_ended',
  /** Whoever runs the cloud signed all devices out. */
  'operator_ended',
  /** A refresh token that was used before came back: somebody else may have it. */
  'token_reused',
  'proved',
  'proof_refused',
  'identity_added',
  'identity_removed',
  'password_set',
  'password_reset',
  /** The first proof of an address that whoever made the account had not proved. */
  'account_claimed',
]);

export const auditEvent = z.object({
  no: z.int().min(1),
  at: timeMs,
  kind: auditKind,
  /** What the device is called that did it; null where none was signed in. */
  device: z.string().nullable(),
  /** How somebody signed in, which way to sign in or which device it was about. */
  detail: z.string().nullable(),
  /** As coarse as devices show it; null where that is not known. */
  place: devicePlace.nullable(),
  /** Refusals that followed one another are one line. */
  times: z.int().min(1),
});

export const auditQuery = z.object({
  before: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const auditPage = z.object({
  /** The newest first. */
  events: z.array(auditEvent),
  /** For the next page; null at the end. */
  before: z.int().min(1).nullable(),
});

export type AuditKind = z.infer<typeof auditKind>;
export type AuditEvent = z.infer<typeof auditEvent>;
export type AuditPage = z.infer<typeof auditPage>;
