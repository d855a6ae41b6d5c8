import { describe, expect, it } from 'vitest';
import { dayMs, hourMs } from '../../base/index.ts';
import type { Account, DeltaResponse, Quota } from '../../contract/index.ts';
import type { CloudOptions } from '../index.ts';
import { contentOf, mkdir, put, remove, startCloud, type TestCloud, TestDevice } from '../testing/harness.ts';
import { type MailServer, mailServer } from '../testing/mail-server.ts';
import { Post } from '../testing/post.ts';

const mailing = ({ port }: { readonly port: number }): Partial<CloudOptions> => ({
  mail: { smtp: `smtp://127.0.0.1:${port}`, from: 'tidemark@example.com' },
});

/** An account of before the cloud could send mail: with a password and an address that was believed. */
async function accountOf(email: string, cloud: TestCloud): Promise<TestDevice> {
  const device = await cloud.signUp(email);
  await device.upload('letter.docx', contentOf(`a letter of ${email}`));
  return device;
}

/** A cloud that sends mail by a real server, with Ann's and Bob's accounts. */
async function world(): Promise<{ post: MailServer; cloud: TestCloud; ann: TestDevice; bob: TestDevice } & AsyncDisposable> {
  const post = await mailServer();
  const before = await startCloud();
  const [ann, bob] = [await accountOf('ann@example.com', before), await accountOf('bob@example.com', before)];
  const cloud = await before.restart(mailing(post));
  return {
    post,
    cloud,
    ann: renewed(ann, cloud),
    bob: renewed(bob, cloud),
    [Symbol.asyncDispose]: async () => {
      await cloud[Symbol.asyncDispose]();
      await post[Symbol.asyncDispose]();
    },
  };
}

/** The same device, at the address that the cloud has now. */
const renewed = (device: TestDevice, cloud: TestCloud): TestDevice => new TestDevice(cloud.url, device.session);

/** What a device that runs does, however little happens: it renews its token and listens. */
async function stir(device: TestDevice): Promise<void> {
  const answer = await device.refresh();
  if (answer.status !== 200) throw new Error(answer.text);
  device.session = answer.body as TestDevice['session'];
}

const subjects = (post: MailServer): string[] => post.mails.map(({ to, subject }) => `${[to].flat()[0]?.text ?? ''}: ${subject ?? ''}`);
const contents = async (device: TestDevice): Promise<string[]> => device.tree();

/** Lets days go by, one look of the cloud's a day; `each` is what happens on each. */
async function pass(cloud: TestCloud, days: number, each: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
  for (let day = 0; day < days; day += 1) {
    cloud.clock.now += dayMs;
    await each();
    await cloud.cloud.maintain();
  }
}

describe('an account without sign-in or sync', () => {
  it('is told 90, 30, 7 and 1 days before, keeps all for a grace, and then is empty and still there; one that syncs stays', async () => {
    await using at = await world();
    const { cloud, post, ann, bob } = at;
    await pass(cloud, 89, () => stir(bob));
    expect(post.mails).toEqual([]);
    const told: [number, string][] = [];
    for (let day = 90; day <= 195; day += 1) {
      const before = post.mails.length;
      await pass(cloud, 1, () => stir(bob));
      for (const mail of post.mails.slice(before))
        told.push([day, /\((\d+) days? left\)/.exec(mail.subject ?? '')?.[1] ?? mail.subject ?? '']);
    }
    expect(told).toEqual([
      [90, '90'],
      [150, '30'],
      [173, '7'],
      [179, '1'],
      [194, expect.stringContaining('were deleted')],
    ]);
    expect(new Set(subjects(post).map((line) => line.split(':')[0]))).toEqual(new Set(['ann@example.com']));
    const [first] = post.mails;
    expect(first?.subject).toContain('2026-06-30');
    expect(first?.text).toContain('on 2026-07-14 they are deleted');
    expect(first?.text).toContain('云端的文档保留至 2026-06-30');
    expect(first?.text).toContain('雲端的文件保留至 2026-06-30');
    for (const { text } of post.mails)
      for (const secret of ['letter.docx', ann.session.accessToken, ann.session.accountId]) expect(text).not.toContain(secret);
    expect(await contents(bob)).toEqual(['letter.docx']);
    const again = await cloud.signIn();
    expect(again.session.accountId).toBe(ann.session.accountId);
    expect(await contents(again)).toEqual([]);
    expect(await again.ok<Quota>('GET', '/v1/drive/quota')).toMatchObject({ usedBytes: 0, state: 'normal' });
  }, 60_000);

  it('keeps its drive through the grace: a device that comes back then finds everything, and its time begins anew', async () => {
    await using at = await world();
    const { cloud, ann, post } = at;
    await pass(cloud, 193);
    expect(post.mails.length).toBeGreaterThan(0);
    await stir(ann);
    expect(await contents(ann)).toEqual(['letter.docx']);
    expect((await ann.ok<Account>('GET', '/v1/me')).purgeAfter).toBe(cloud.clock.now + 180 * dayMs);
    const before = post.mails.filter(({ to }) => [to].flat()[0]?.text === 'ann@example.com').length;
    await pass(cloud, 89);
    expect(post.mails.filter(({ to }) => [to].flat()[0]?.text === 'ann@example.com')).toHaveLength(before);
    await pass(cloud, 1);
    expect(post.mails.filter(({ to }) => [to].flat()[0]?.text === 'ann@example.com')).toHaveLength(before + 1);
  });

  it('begins a new epoch when it is emptied, tells of no deletion, and lets go of the blocks', async () => {
    await using at = await world();
    const { cloud, ann } = at;
    await ann.commit(mkdir('folder'));
    const gone = await ann.upload('gone', contentOf('gone'));
    await ann.commit(remove(gone));
    const old = await ann.changes();
    const { epoch } = await ann.delta();
    await pass(cloud, 200);
    await stir(ann);
    expect((await ann.call('GET', `/v1/drive/delta?cursor=${old.cursor}`)).problem).toMatchObject({ status: 410, code: 'cursor_gone' });
    const fresh = await ann.ok<DeltaResponse>('GET', '/v1/drive/delta');
    expect(fresh).toMatchObject({ entries: [], snapshot: true });
    expect(fresh.epoch).not.toBe(epoch);
    expect(await ann.ok('GET', '/v1/drive/trash')).toEqual({ items: [] });
    for (let round = 0; round < 3; round += 1) {
      cloud.clock.now += 7 * hourMs;
      await cloud.cloud.maintain();
    }
    await stir(ann);
    const letter = contentOf('a letter of ann@example.com');
    expect(await ann.ok('POST', '/v1/blocks/missing', { json: { hashes: letter.refs.map(({ hash }) => hash) } })).toEqual({
      missing: letter.refs.map(({ hash }) => hash),
    });
    await ann.store(letter);
    expect(await ann.commit(put('letter.docx', letter))).toMatchObject([{ status: 'ok' }]);
  });

  it('is told the most urgent only of what fell due while the cloud was down, and once', async () => {
    await using at = await world();
    const { cloud, post } = at;
    await pass(cloud, 91);
    expect(post.mails).toHaveLength(2);
    cloud.clock.now += 84 * dayMs;
    const up = await cloud.restart();
    await up.cloud.maintain();
    expect(subjects(post).slice(2)).toEqual([expect.stringContaining('(5 days left)'), expect.stringContaining('(5 days left)')]);
    await up.cloud.maintain();
    await (await up.restart()).cloud.maintain();
    expect(post.mails).toHaveLength(4);
  });

  it('whose cloud was down for half a year is told 90 days ahead all the same', async () => {
    await using at = await world();
    const { cloud, post } = at;
    cloud.clock.now += 400 * dayMs;
    await cloud.cloud.maintain();
    expect(subjects(post)).toEqual([expect.stringContaining('(90 days left)'), expect.stringContaining('(90 days left)')]);
    await pass(cloud, 89 + 14);
    const ann = await cloud.signIn();
    expect(await contents(ann)).toEqual(['letter.docx']);
  });

  it('that came back while others were told is told nothing', async () => {
    const coming: { back?: () => Promise<void> } = {};
    await using post = await mailServer({
      onRcptTo: (_address, _session, done) => void (coming.back?.() ?? Promise.resolve()).then(() => done(), done),
    });
    await using before = await startCloud();
    await accountOf('ann@example.com', before);
    const device = await accountOf('bob@example.com', before);
    await using cloud = await before.restart(mailing(post));
    const bob = renewed(device, cloud);
    // A mail takes its time, and there may be many of them.
    coming.back = () => stir(bob);
    await pass(cloud, 90);
    expect(subjects(post)).toEqual([expect.stringMatching(/^ann@example\.com: /)]);
  });

  it('that a mail could not reach is told as soon as it can be, and is not emptied before', async () => {
    let refuse = true;
    await using post = await mailServer({ onRcptTo: (_address, _session, done) => done(refuse ? new Error('not now') : null) });
    await using before = await startCloud();
    await accountOf('ann@example.com', before);
    await using cloud = await before.restart(mailing(post));
    for (let month = 0; month < 9; month += 1) {
      cloud.clock.now += 30 * dayMs;
      await cloud.cloud.maintain();
    }
    expect(post.mails).toEqual([]);
    refuse = false;
    await pass(cloud, 1);
    expect(subjects(post)).toEqual([expect.stringContaining('(90 days left)')]);
    await pass(cloud, 100);
    expect(await contents(await cloud.signIn())).toEqual(['letter.docx']);
  });

  it('that has only a phone number is told by text message', async () => {
    using post = new Post();
    await using cloud = await post.cloud();
    const device = await post.signUp(cloud, { kind: 'phone', phone: '+4930123456' });
    await device.upload('a', contentOf('a'));
    const before = post.arrived();
    await pass(cloud, 91);
    const { text } = await post.next(before);
    expect(text).toContain('To: +4930123456');
    expect(text).toContain('2026-06-30');
  });

  it('that cannot be told, or has nothing, is left alone; and a cloud that keeps all tells of no date', async () => {
    await using silent = await startCloud();
    await accountOf('ann@example.com', silent);
    await pass(silent, 400);
    const ann = await silent.signIn();
    expect(await contents(ann)).toEqual(['letter.docx']);
    await using at = await world();
    const cloud = await at.cloud.restart({ keepsInactive: true });
    await pass(cloud, 400);
    expect(at.post.mails).toEqual([]);
    const bob = await cloud.signIn('bob@example.com');
    expect(await contents(bob)).toEqual(['letter.docx']);
    expect((await bob.ok<Account>('GET', '/v1/me')).purgeAfter).toBeNull();
    expect((await bob.ok<Quota>('GET', '/v1/drive/quota')).purgeAfter).toBeNull();
  });

  it('counts as active with whatever its devices ask, and that is written at most every few minutes', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const date = async (): Promise<number | null> => (await ann.ok<Account>('GET', '/v1/me')).purgeAfter;
    const since = cloud.clock.now;
    cloud.clock.now += 2 * 60_000;
    expect(await date()).toBe(since + 180 * dayMs);
    cloud.clock.now += 4 * 60_000;
    await ann.cursor();
    expect(await date()).toBe(cloud.clock.now + 180 * dayMs);
    cloud.clock.now += 10 * 60_000;
    await stir(ann);
    expect(await date()).toBe(cloud.clock.now + 180 * dayMs);
  });
});
