import { type ErrorCode, TidemarkError } from '../../contract/index.ts';
import type { DeviceRecord, EndedBy, IdentityKey } from '../catalogue.ts';

export const inUse = ({ kind }: IdentityKey, label: string): TidemarkError =>
  kind === 'email' ? new TidemarkError('email_in_use', { email: label }) : new TidemarkError('identity_in_use', { label });

export const usedUp = (given: object): TidemarkError =>
  new TidemarkError('grant' in given && given.grant !== undefined ? 'sign_in_used' : 'code_expired');

export const endedCode = (by: EndedBy): ErrorCode => (by === 'revoked' ? 'device_revoked' : 'session_expired');

export const endedError = ({ endedBy, endedFrom }: DeviceRecord): TidemarkError =>
  new TidemarkError(endedCode(endedBy ?? 'signed_out'), endedBy === 'revoked' && endedFrom !== null ? { device: endedFrom } : {});
