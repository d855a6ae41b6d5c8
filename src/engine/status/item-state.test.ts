import { describe, expect, it } from 'vitest';
import { type ErrorCode, type ErrorData, ROOT_ID } from '../../contract/index.ts';
import type { FileStat, LocalFile, RemoteFile, SyncedFile } from '../model/index.ts';
import { isSettled, type ItemFacts, type ItemVerdict, itemVerdict } from './item-state.ts';

const hash = 'a'.repeat(64);
const other = 'b'.repeat(64);
const place = { id: '1'.repeat(32), parentId: ROOT_ID, name: 'plan.docx' };
const content = { size: 3, hash, blocks: [{ hash, size: 3 }] };
const stat: FileStat = { kind: 'file', size: 3, dev: '1', ino: '2', birthtimeNs: '0', mtimeNs: '0', ctimeNs: '0', mode: 0o644, links: 1 };
const remote: RemoteFile = {
  kind: 'file',
  ...place,
  revision: 'r1',
  content,
  mtimeMs: 0,
  executable: false,
  conflictOf: null,
  conflictDevice: null,
  modifiedBy: null,
  modifiedAt: 0,
};
const local: LocalFile = { kind: 'file', ...place, stat, content };
const synced: SyncedFile = { kind: 'file', ...place, revision: 'r1', hash };
const settled: ItemFacts = {
  remote,
  local,
  synced,
  issue: undefined,
  localOnly: false,
  ignoredBy: null,
  notKept: false,
  active: false,
  inConflict: false,
  questioned: false,
  held: null,
};
const verdict = (over: Partial<ItemFacts>): ItemVerdict => itemVerdict({ ...settled, ...over });
const issue = (code: ErrorCode): ItemFacts['issue'] => ({ reason: { code, params: { path: 'plan.docx' } }, nextTryAt: 77 });

describe('an item', () => {
  it('in step on both sides is synced', () => {
    expect(verdict({})).toEqual({ state: 'synced', reason: null, nextTryAt: null });
  });

  it('that this device spells in another composition than the cloud is synced: it is one name', () => {
    const [composed, apart] = ['caf\u00e9.txt', 'cafe\u0301.txt'];
    const spelled = { remote: { ...remote, name: composed }, local: { ...local, name: apart }, synced: { ...synced, name: composed } };
    expect(verdict(spelled).state).toBe('synced');
    expect(verdict({ ...spelled, local: { ...local, name: 'Caf\u00e9.txt' } }).state).toBe('waiting');
  });

  it('that is local-only or ignored says so before anything else', () => {
    const busy = { active: true, issue: issue('disk_failed'), remote: undefined, synced: undefined };
    expect(verdict({ ...busy, localOnly: true }).state).toBe('local_only');
    expect(verdict({ ...busy, ignoredBy: { code: 'ignored_by_rule', params: { rule: '*.tmp' } } })).toMatchObject({
      state: 'ignored',
      reason: { code: 'ignored_by_rule', params: { rule: '*.tmp' } },
    });
  });

  it('that is being worked on is syncing, whatever it suffered before', () => {
    expect(verdict({ active: true, issue: issue('cloud_timeout') })).toEqual({ state: 'syncing', reason: null, nextTryAt: null });
  });

  it('with an issue waits when it is tried again, and is an error when a person is needed', () => {
    expect(verdict({ issue: issue('file_locked') })).toEqual({ state: 'waiting', reason: issue('file_locked')?.reason, nextTryAt: 77 });
    expect(verdict({ issue: issue('quota_exceeded') }).state).toBe('waiting');
    expect(verdict({ issue: issue('revision_mismatch') }).state).toBe('waiting');
    expect(verdict({ issue: issue('no_permission') }).state).toBe('error');
    expect(verdict({ issue: issue('name_not_utf8') }).state).toBe('error');
    expect(verdict({ issue: issue('device_revoked') }).state).toBe('error');
    expect(verdict({ issue: issue('conflict_kept') }).state).toBe('conflict');
  });

  it('in conflict stays so though both versions are in step', () => {
    expect(verdict({ inConflict: true })).toMatchObject({ state: 'conflict', reason: { code: 'conflict_kept' } });
  });

  it('that is not in step waits, and says for what', () => {
    const changed = { local: { ...local, content: null } };
    expect(verdict(changed)).toEqual({ state: 'waiting', reason: null, nextTryAt: null });
    expect(verdict({ ...changed, held: { code: 'paused', params: {} } }).reason?.code).toBe('paused');
    expect(verdict({ ...changed, local: undefined, questioned: true, held: { code: 'paused', params: {} } }).reason?.code).toBe(
      'mass_delete',
    );
  });

  it('in step is synced also while sync is held up, but not while its folder cannot be seen', () => {
    expect(verdict({ held: { code: 'cloud_unreachable', params: {} } }).state).toBe('synced');
    const away: ErrorData = { code: 'folder_missing', params: { path: '/sync' } };
    expect(verdict({ held: away })).toEqual({ state: 'waiting', reason: away, nextTryAt: null });
  });
});

describe('isSettled', () => {
  it.each<[string, Partial<ItemFacts>]>([
    ['only here', { remote: undefined, synced: undefined }],
    ['gone here', { local: undefined }],
    ['never agreed on', { synced: undefined }],
    ['of another revision', { remote: { ...remote, revision: 'r2' } }],
    ['renamed here', { local: { ...local, name: 'PLAN.docx' } }],
    ['moved in the cloud', { remote: { ...remote, parentId: '2'.repeat(32) } }],
    ['not read yet', { local: { ...local, content: null } }],
    ['changed here', { local: { ...local, content: { ...content, hash: other } } }],
    ['a folder here', { local: { kind: 'folder', ...place, stat: { ...stat, kind: 'folder' } } }],
  ])('is false for an item that is %s', (_, over) => {
    expect(isSettled({ ...settled, ...over })).toBe(false);
    expect(isSettled(settled)).toBe(true);
  });

  it('takes folders by place and revision', () => {
    const folder = { ...place, kind: 'folder', revision: 'r1' } as const;
    const here = { ...place, kind: 'folder', stat: { ...stat, kind: 'folder' } } as const;
    expect(isSettled({ remote: { ...folder, modifiedBy: null, modifiedAt: 0 }, local: here, synced: folder })).toBe(true);
  });
});
