import { z } from 'zod';
import { id128 } from '../primitives.ts';
import {
  account,
  device,
  deviceList,
  devicePatch,
  freshProof,
  newIdentity,
  newPassword,
  passwordReset,
  quota,
  refreshRequest,
  session,
  signInRequest,
  signUpRequest,
} from './account.ts';
import { auditPage, auditQuery } from './audit.ts';
import {
  authorization,
  authorizeRequest,
  deviceAuthorization,
  deviceAuthorizeRequest,
  ownAuthorizeRequest,
  providerList,
} from './authorization.ts';
import { BLOCKS_MEDIA_TYPE, hashList, missingResponse, storeResponse } from './blocks.ts';
import { commitRequest, commitResponse } from './commit.ts';
import { discovery } from './discovery.ts';
import { challenge, challengeRequest, ownChallengeRequest } from './identity.ts';
import {
  cleanupQuery,
  deltaQuery,
  deltaResponse,
  duplicateList,
  emptyTrashQuery,
  freed,
  largestList,
  nodeResponse,
  restoreVersionRequest,
  trashList,
  versionedList,
  versionList,
  waitQuery,
  waitResponse,
} from './drive.ts';
import { accountSettings, settingChanges } from './settings.ts';

/** One call of the cloud API. Server, client and OpenAPI document are all made from this table. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Fastify style: `/v1/devices/:id`. */
  readonly path: string;
  readonly summary: string;
  /** Needs an access token. */
  readonly auth: boolean;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Media type of a body or an answer that is not JSON. */
  readonly bodyType?: string;
  readonly response?: z.ZodType;
  readonly responseType?: string;
  readonly idempotencyKey?: boolean;
}

const byId = z.object({ id: id128 });
const byVersion = z.object({ id: id128, version: id128 });
const nothing = z.object({});

export const routes = {
  discovery: { method: 'GET', path: '/.well-known/tidemark', summary: 'Region, limits, plans, rules', auth: false, response: discovery },

  signUp: {
    method: 'POST',
    path: '/v1/auth/accounts',
    summary: 'Make an account and sign this device in',
    auth: false,
    body: signUpRequest,
    response: session,
  },
  signIn: {
    method: 'POST',
    path: '/v1/auth/sessions',
    summary: 'Sign this device in',
    auth: false,
    body: signInRequest,
    response: session,
  },
  challenge: {
    method: 'POST',
    path: '/v1/auth/challenges',
    summary: 'Send a code; the answer is the same whether or not there is such an account',
    auth: false,
    body: challengeRequest,
    response: challenge,
  },
  resetPassword: {
    method: 'POST',
    path: '/v1/auth/password',
    summary: 'Set a new password with a code; signs all devices of the account out',
    auth: false,
    body: passwordReset,
    response: nothing,
  },
  providers: {
    method: 'GET',
    path: '/v1/auth/providers',
    summary: 'Other services whose accounts sign in here',
    auth: false,
    response: providerList,
  },
  authorize: {
    method: 'POST',
    path: '/v1/auth/authorize',
    summary: 'Begin a sign-in with another service in the browser of this machine',
    auth: false,
    body: authorizeRequest,
    response: authorization,
  },
  deviceAuthorize: {
    method: 'POST',
    path: '/v1/auth/device',
    summary: 'Begin a sign-in that a person finishes in a browser elsewhere',
    auth: false,
    body: deviceAuthorizeRequest,
    response: deviceAuthorization,
  },
  refresh: {
    method: 'POST',
    path: '/v1/auth/token',
    summary: 'Rotate the refresh token',
    auth: false,
    body: refreshRequest,
    response: session,
  },
  revoke: {
    method: 'POST',
    path: '/v1/auth/revoke',
    summary: 'Sign this device out',
    auth: false,
    body: refreshRequest,
    response: nothing,
  },

  me: { method: 'GET', path: '/v1/me', summary: 'The account', auth: true, response: account },
  ownChallenge: {
    method: 'POST',
    path: '/v1/me/challenges',
    summary: 'Send a code to an address of the account, or to one that is to be added',
    auth: true,
    body: ownChallengeRequest,
    response: challenge,
  },
  ownAuthorize: {
    method: 'POST',
    path: '/v1/me/authorize',
    summary: 'Begin to add an account of another service, or to prove with it who one is',
    auth: true,
    body: ownAuthorizeRequest,
    response: authorization,
  },
  prove: {
    method: 'POST',
    path: '/v1/me/proof',
    summary: 'Show that it is still the same person',
    auth: true,
    body: freshProof,
    response: nothing,
  },
  addIdentity: {
    method: 'POST',
    path: '/v1/me/identities',
    summary: 'Add a way to sign in; needs a fresh proof',
    auth: true,
    body: newIdentity,
    response: account,
  },
  removeIdentity: {
    method: 'DELETE',
    path: '/v1/me/identities/:id',
    summary: 'Remove a way to sign in, but not the last one; needs a fresh proof',
    auth: true,
    params: byId,
    response: account,
  },
  setPassword: {
    method: 'POST',
    path: '/v1/me/password',
    summary: 'Set or change the password; signs the other devices out; needs a fresh proof',
    auth: true,
    body: newPassword,
    response: nothing,
  },
  audit: {
    method: 'GET',
    path: '/v1/me/log',
    summary: 'What happened to the ways into the account',
    auth: true,
    query: auditQuery,
    response: auditPage,
  },
  settings: { method: 'GET', path: '/v1/me/settings', summary: 'Settings that follow the account', auth: true, response: accountSettings },
  changeSettings: {
    method: 'PATCH',
    path: '/v1/me/settings',
    summary: 'Change some of them; the others stay',
    auth: true,
    body: settingChanges,
    response: accountSettings,
  },
  devices: { method: 'GET', path: '/v1/devices', summary: 'Signed-in devices', auth: true, response: deviceList },
  renameDevice: {
    method: 'PATCH',
    path: '/v1/devices/:id',
    summary: 'Rename a device',
    auth: true,
    params: byId,
    body: devicePatch,
    response: device,
  },
  revokeDevice: {
    method: 'DELETE',
    path: '/v1/devices/:id',
    summary: 'Sign a device out from afar',
    auth: true,
    params: byId,
    response: nothing,
  },

  quota: { method: 'GET', path: '/v1/drive/quota', summary: 'Room, by kind', auth: true, response: quota },
  largest: {
    method: 'GET',
    path: '/v1/drive/largest',
    summary: 'The largest files',
    auth: true,
    query: cleanupQuery,
    response: largestList,
  },
  versioned: {
    method: 'GET',
    path: '/v1/drive/versions',
    summary: 'Files whose earlier versions take room, the most first',
    auth: true,
    query: cleanupQuery,
    response: versionedList,
  },
  duplicates: {
    method: 'GET',
    path: '/v1/drive/duplicates',
    summary: 'Files with equal content, what gains the most first',
    auth: true,
    query: cleanupQuery,
    response: duplicateList,
  },
  delta: {
    method: 'GET',
    path: '/v1/drive/delta',
    summary: 'What changed since a cursor',
    auth: true,
    query: deltaQuery,
    response: deltaResponse,
  },
  deltaWait: {
    method: 'GET',
    path: '/v1/drive/delta/wait',
    summary: 'Wait for a change; only a hint',
    auth: true,
    query: waitQuery,
    response: waitResponse,
  },

  missingBlocks: {
    method: 'POST',
    path: '/v1/blocks/missing',
    summary: 'Which of these blocks does the account lack',
    auth: true,
    body: hashList,
    response: missingResponse,
  },
  storeBlocks: {
    method: 'POST',
    path: '/v1/blocks',
    summary: 'Send blocks',
    auth: true,
    bodyType: BLOCKS_MEDIA_TYPE,
    response: storeResponse,
  },
  fetchBlocks: {
    method: 'POST',
    path: '/v1/blocks/fetch',
    summary: 'Get blocks',
    auth: true,
    body: hashList,
    responseType: BLOCKS_MEDIA_TYPE,
  },

  commit: {
    method: 'POST',
    path: '/v1/drive/commit',
    summary: 'Change up to 500 nodes',
    auth: true,
    body: commitRequest,
    response: commitResponse,
    idempotencyKey: true,
  },

  content: {
    method: 'GET',
    path: '/v1/drive/files/:id/content',
    summary: 'Content of a file; Range, ETag, Repr-Digest',
    auth: true,
    params: byId,
    responseType: 'application/octet-stream',
  },
  versions: {
    method: 'GET',
    path: '/v1/drive/files/:id/versions',
    summary: 'History of a file',
    auth: true,
    params: byId,
    response: versionList,
  },
  versionContent: {
    method: 'GET',
    path: '/v1/drive/files/:id/versions/:version/content',
    summary: 'Content of an earlier version',
    auth: true,
    params: byVersion,
    responseType: 'application/octet-stream',
  },
  restoreVersion: {
    method: 'POST',
    path: '/v1/drive/files/:id/restore',
    summary: 'Make an earlier version the newest',
    auth: true,
    params: byId,
    body: restoreVersionRequest,
    response: nodeResponse,
  },
  dropVersions: {
    method: 'DELETE',
    path: '/v1/drive/files/:id/versions',
    summary: 'Delete all earlier versions of a file for good, also of one in the trash',
    auth: true,
    params: byId,
    response: freed,
  },
  dropVersion: {
    method: 'DELETE',
    path: '/v1/drive/files/:id/versions/:version',
    summary: 'Delete an earlier version for good',
    auth: true,
    params: byVersion,
    response: freed,
  },
  trash: { method: 'GET', path: '/v1/drive/trash', summary: 'What was deleted', auth: true, response: trashList },
  restoreTrash: {
    method: 'POST',
    path: '/v1/drive/trash/:id/restore',
    summary: 'Bring back what was deleted',
    auth: true,
    params: byId,
    response: nodeResponse,
  },
  deleteTrash: { method: 'DELETE', path: '/v1/drive/trash/:id', summary: 'Delete for good', auth: true, params: byId, response: freed },
  emptyTrash: {
    method: 'DELETE',
    path: '/v1/drive/trash',
    summary: 'Empty the trash',
    auth: true,
    query: emptyTrashQuery,
    response: freed,
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;
