import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCloud } from '../cloud/index.ts';
import { describeCloud } from '../engine/fakes/index.ts';
import { type CloudApi, createHttpCloud } from '../engine/index.ts';

/** The embedded cloud over real HTTP, on a real database, through the client that the engine uses. */
describeCloud('the embedded cloud', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tidemark-conformance-'));
  let passedMs = 0;
  const unlimited = { signIn: 1_000_000, token: 1_000_000, request: 1_000_000 };
  const cloud = await createCloud({
    dataDir,
    serverKey: randomBytes(32),
    region: 'international',
    signUp: 'open',
    version: '0.0.0',
    rateLimits: unlimited,
    now: () => Date.now() + passedMs,
  });
  const { url } = await cloud.listen({ host: '127.0.0.1', port: 0 });
  const clients: CloudApi[] = [];
  return {
    connect: () => {
      const client = createHttpCloud({ server: url, appVersion: '0.0.0' });
      clients.push(client);
      return client;
    },
    passTime: (ms) => {
      passedMs += ms;
      return Promise.resolve();
    },
    close: async () => {
      for (const client of clients) await client.close();
      await cloud.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
});
