import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { TidemarkError } from '../../contract/index.ts';
import { createCloud } from '../index.ts';
import { optionsFor } from '../testing/harness.ts';
import { appleKeyPem } from '../testing/openid-service.ts';
import { parseProviders } from './settings.ts';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const apple = { clientId: 'a', teamId: 't', keyId: 'k', privateKey: appleKeyPem };
const service = { clientId: 'c', clientSecret: 's3cret' };
const refusal = (value: unknown): string => {
  try {
    parseProviders(typeof value === 'string' ? value : JSON.stringify(value), '/etc/providers.json');
    return 'taken';
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    expect(error.params['path']).toBe('/etc/providers.json');
    return String(error.params['problem']);
  }
};

describe('the file of the services', () => {
  it('needs no more than what the service gave', () => {
    expect(parseProviders(JSON.stringify({ google: service, apple, facebook: service, wechat: service }), '')).toMatchObject({
      google: { issuer: 'https://accounts.google.com', scopes: ['openid', 'email', 'profile'] },
      apple: { issuer: 'https://appleid.apple.com' },
      facebook: { graph: 'https://graph.facebook.com/v23.0' },
      wechat: { api: 'https://api.weixin.qq.com' },
    });
  });

  it('says where it is wrong, and never what stands there', () => {
    expect(refusal('{ "google": s3cret')).toBe('it is not JSON');
    expect(refusal({ google: { clientId: 'c' } })).toMatch(/^google\.clientSecret: /);
    expect(refusal({ github: service })).toMatch(/Unrecognized key/);
    expect(refusal({ google: { ...service, issuer: 'http://accounts.example' } })).toMatch(/^google\.issuer: must be an https:/);
    expect(refusal({ google: { ...service, issuer: 'https://li:s3cret@accounts.example' } })).toMatch(/^google\.issuer: must be an https:/);
    expect(refusal({ publicUrl: 'https://cloud.example/path' })).toMatch(/^publicUrl: must be an address without a path/);
    expect(refusal({ apple: { ...apple, privateKey: 's3cret' } })).toMatch(/^apple\.privateKey: must be the private key/);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    expect(refusal({ apple: { ...apple, privateKey: rsa } })).toMatch(/^apple\.privateKey: must be the private key/);
    for (const wrong of [{ google: { ...service, clientSecret: ['s3cret'] } }, { wechat: 's3cret' }, ['s3cret']])
      expect(refusal(wrong)).not.toContain('s3cret');
  });

  it('a service of the other region is refused before anything is made', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'tidemark-region-'));
    try {
      const wechat = parseProviders(JSON.stringify({ wechat: service }), '');
      await expect(createCloud(optionsFor(dir, { providers: wechat }))).rejects.toMatchObject({
        code: 'provider_wrong_region',
        params: { provider: 'WeChat', region: 'international' },
      });
      const google = parseProviders(JSON.stringify({ google: service }), '');
      await expect(createCloud(optionsFor(dir, { region: 'mainland', providers: google }))).rejects.toMatchObject({
        code: 'provider_wrong_region',
        params: { provider: 'Google', region: 'mainland' },
      });
      expect(existsSync(join(dir, 'data'))).toBe(false);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('behind a proxy the address that browsers come back to has to be said', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'tidemark-address-'));
    const google = parseProviders(JSON.stringify({ google: service }), '');
    const cloud = await createCloud(optionsFor(dir, { behindProxy: true, providers: google }));
    try {
      await expect(cloud.listen({ host: '127.0.0.1', port: 0 })).rejects.toMatchObject({ code: 'public_url_missing' });
    } finally {
      await cloud.close();
      rmSync(dir, { recursive: true });
    }
  });
});
