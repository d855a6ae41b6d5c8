import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { TidemarkError } from '../contract/index.ts';
import type { Cloud, CloudLog, CloudOptions, operateAccount as Operate } from '../cloud/index.ts';
import { appVersion } from './package-root.ts';
import { readProviders } from './read-providers.ts';

export interface ServeCloudOptions extends Pick<
  CloudOptions,
  'dataDir' | 'region' | 'otherRegion' | 'behindProxy' | 'mail' | 'sms' | 'geoDb'
> {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Unless said: open on loopback, closed elsewhere. */
  readonly signUp?: 'open' | 'invite' | 'closed';
  readonly keyFile: string;
  readonly plan: NonNullable<CloudOptions['plan']>;
  /** File with the catalogue of plans from now on. */
  readonly plansFile?: string;
  /** File with the services that sign in. */
  readonly providersFile?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly log: CloudLog;
}

export interface ServedCloud {
  readonly url: string;
  readonly newInvite: Cloud['newInvite'];
  close(): Promise<void>;
}

export const isLoopbackHost = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

/**
 * A cloud of its own, as `tidemark cloud serve` runs it. Throws port_in_use, host_not_loopback, server_key_*, plans_invalid, plan_unknown,
 * provider* and usage.
 */
export async function serveCloud(options: ServeCloudOptions): Promise<ServedCloud> {
  const { host, port, tlsCert, tlsKey, signUp, plansFile, providersFile, ...rest } = options;
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new TidemarkError('usage', { detail: '--tls-cert and --tls-key go together' });
  const tls = tlsCert === undefined || tlsKey === undefined ? {} : { tls: { cert: await readPem(tlsCert), key: await readPem(tlsKey) } };
  const providers = providersFile === undefined ? {} : { providers: await readProviders(providersFile) };
  // Asked before the data is opened, and made: what is refused leaves nothing behind.
  if (!isLoopbackHost(host) && tlsCert === undefined && options.behindProxy !== true)
    throw new TidemarkError('host_not_loopback', { host });
  await tryAddress(host, port);
  const { createCloud, readPlans } = await import('../cloud/index.ts');
  const plans = plansFile === undefined ? {} : { plans: await readPlans(plansFile) };
  const cloud = await createCloud({
    ...rest,
    ...tls,
    ...plans,
    ...providers,
    signUp: signUp ?? (isLoopbackHost(host) ? 'open' : 'closed'),
    version: appVersion(),
  });
  try {
    const { url } = await cloud.listen({ host, port });
    return { url, newInvite: () => cloud.newInvite(), close: () => cloud.close() };
  } catch (error) {
    await cloud.close();
    throw cannotListen(error, host, port);
  }
}

/** Looks at an account of a cloud's data, or gives it another plan; also while the cloud runs. Throws what `operateAccount` does. */
export const operateAccount: typeof Operate = async (operation) => (await import('../cloud/index.ts')).operateAccount(operation);

/** Whether the address can be had; another program may still be faster. Throws as `listen` does. */
async function tryAddress(host: string, port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new TidemarkError('port_in_use', { host, port }, { cause: error }) : error);
    });
    server.listen({ host, port }, resolve);
  }).catch((error: unknown) => {
    throw cannotListen(error, host, port);
  });
  await new Promise((resolve) => server.close(resolve));
}

/** What the system says about an address that cannot be had, in the words of the command. */
function cannotListen(error: unknown, host: string, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EACCES') return new TidemarkError('usage', { detail: `port ${port} is not open to this user` }, { cause: error });
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new TidemarkError('usage', { detail: `${host} is not an address of this machine` }, { cause: error });
  }
  return error;
}

async function readPem(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new TidemarkError('usage', { detail: `${path} cannot be read` }, { cause });
  }
}
