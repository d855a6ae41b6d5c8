import { describe, expect, it, vi } from 'vitest';
import { TidemarkError } from '../../src/contract/index.ts';
import { FakeEngine, emptyStatus } from '../testing/fake-engine.ts';
import { connected } from '../testing/lines.ts';
import { type SetupStore, createSetupStore, firstMissing, isServerAddress, serverOf } from './setup.ts';

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 5000, interval: 2 });
const account = { label: 'a@example.org', region: 'international', deviceName: 'Laptop', server: 'https://cloud.example.org' } as const;
const folder = { path: '/home/a/Documents' };

async function begin(engine = new FakeEngine()): Promise<SetupStore> {
  const setup = createSetupStore(connected(engine).session);
  setup.consider(engine.status, false);
  await until(() => expect(setup.getState().embedded).not.toBeUndefined());
  await Promise.resolve();
  return setup;
}

describe('where first run begins', () => {
  it.each([
    [{ account: null, folder: null }, false, 'language'],
    [{ account: null, folder: null }, true, 'cloud'],
    [{ account, folder: null }, true, 'folder'],
    [{ account, folder: null }, false, 'folder'],
    [{ account, folder }, true, null],
  ])('%#', (status, chosen, step) => {
    expect(firstMissing(status, chosen)).toBe(step);
  });

  it('waits for an engine that is still starting', () => {
    const setup = createSetupStore(connected(new FakeEngine()).session);
    setup.consider({ ...emptyStatus, state: 'starting' }, false);
    expect(setup.getState().running).toBe(false);
  });
});

describe('first run', () => {
  it('creates the account in the cloud on this computer, with its secret, then adds the folder', async () => {
    const engine = new FakeEngine();
    const setup = await begin(engine);
    await until(() => expect(setup.getState().embedded?.server).toBe('http://127.0.0.1:8080'));
    setup.change({ email: 'a@example.org' });
    await setup.submitAccount('a long password');
    expect(setup.getState()).toMatchObject({ step: 'folder', busy: false, error: null });
    setup.change({ folder: ' /home/a/Documents ' });
    await setup.submitFolder();
    expect(setup.getState()).toMatchObject({ step: 'done', running: true });
    setup.finish();
    expect(setup.getState()).toMatchObject({ running: false, email: '', folder: '' });
    expect(engine.calls.filter(({ method }) => /signUp|folder.add/.test(method))).toEqual([
      {
        method: 'account.signUp',
        params: {
          server: 'http://127.0.0.1:8080',
          email: 'a@example.org',
          password: 'a long password',
        },
      },
      { method: 'folder.add', params: { path: '/home/a/Documents', localOnly: false, merge: false } },
    ]);
  });

  it('signs up at the server that was named', async () => {
    const engine = new FakeEngine();
    const setup = await begin(engine);
    setup.change({ cloud: 'own', ownServer: 'https://cloud.example.org/?a=b', email: 'a@example.org' });
    await setup.submitAccount('a long password');
    expect(engine.calls.find(({ method }) => method === 'account.signUp')?.params).toEqual({
      server: 'https://cloud.example.org',
      email: 'a@example.org',
      password: 'a long password',
    });
  });

  it('stays at its step with the error, and forgets the error with the next change', async () => {
    const engine = new FakeEngine(emptyStatus, { 'account.signUp': () => Promise.reject(new TidemarkError('email_in_use')) });
    const setup = await begin(engine);
    setup.go('account');
    setup.change({ email: 'a@example.org' });
    await setup.submitAccount('a long password');
    expect(setup.getState()).toMatchObject({ step: 'account', busy: false, error: { code: 'email_in_use' } });
    setup.change({ mode: 'sign_in' });
    expect(setup.getState().error).toBeNull();
    await setup.submitAccount('a long password');
    expect(setup.getState().step).toBe('folder');
  });

  it('has only a server to offer where no cloud runs on this computer', async () => {
    const engine = new FakeEngine(emptyStatus, { 'host.info': () => ({ embeddedCloud: null }) });
    const setup = await begin(engine);
    await until(() => expect(setup.getState().cloud).toBe('own'));
  });

  it('asks someone whose session ended to sign in at the same server, and then skips the folder', async () => {
    const engine = new FakeEngine({ account, folder, state: 'error' });
    const setup = await begin(engine);
    expect(setup.getState().running).toBe(false);
    setup.signInAgain(engine.status);
    expect(setup.getState()).toMatchObject({
      running: true,
      step: 'account',
      mode: 'sign_in',
      email: account.label,
      ownServer: account.server,
    });
    await setup.submitAccount('a long password');
    expect(setup.getState()).toMatchObject({ step: 'done', folder: folder.path });
  });
});

describe('the address of a server', () => {
  it.each([
    ['https://cloud.example.org', true],
    [' http://127.0.0.1:8080/ ', true],
    ['cloud.example.org', false],
    ['ftp://cloud.example.org', false],
    ['https://', false],
    ['', false],
  ])('%j: %s', (text, valid) => {
    expect(isServerAddress(text)).toBe(valid);
  });

  it('is taken without what people paste along', () => {
    expect(serverOf(' https://cloud.example.org:8443/tidemark//?x=1#y ')).toBe('https://cloud.example.org:8443/tidemark');
  });
});
