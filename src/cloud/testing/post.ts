import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Challenge, CodeAddress, CodePurpose, CodeProof, Session } from '../../contract/index.ts';
import type { CloudOptions } from '../index.ts';
import { type Answer, call, device, startCloud, TestDevice, type TestCloud } from './harness.ts';

export const ann = { kind: 'email', email: 'ann@example.com' } as const;
export const phone = { kind: 'phone', phone: '+4930123456' } as const;

/** Where the messages of a cloud arrive, mail and text messages. */
export class Post implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'tidemark-post-'));

  /** A cloud that sends them. */
  cloud(overrides: Partial<CloudOptions> = {}): Promise<TestCloud> {
    return startCloud({ mail: { folder: this.folder }, sms: { folder: this.folder }, ...overrides });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }

  arrived(): readonly string[] {
    return readdirSync(this.folder).filter((name) => !name.startsWith('.'));
  }

  /** The message that was not there before, and the code in it. */
  async next(before: readonly string[]): Promise<{ readonly code: string; readonly text: string }> {
    for (;;) {
      const name = this.arrived().find((one) => !before.includes(one));
      if (name === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        continue;
      }
      const text = readFileSync(join(this.folder, name), 'utf8');
      return { code: /\b(\d{6})\b/.exec(text.slice(text.indexOf('\r\n\r\n')))?.[1] ?? '', text };
    }
  }

  /** Asks for a code, and reads it; with a device for one of its account's own purposes. */
  async proof(cloud: TestCloud, to: CodeAddress = ann, purpose: CodePurpose = 'enter', by?: TestDevice): Promise<CodeProof> {
    const before = this.arrived();
    const asked = by === undefined ? await ask(cloud, to, purpose) : await by.call('POST', '/v1/me/challenges', { json: { to, purpose } });
    if (asked.status !== 200) throw new Error(asked.text);
    return { challenge: (asked.body as Challenge).id, code: (await this.next(before)).code };
  }

  /** An account with a code and nothing else. */
  async signUp(cloud: TestCloud, to: CodeAddress = ann): Promise<TestDevice> {
    return new TestDevice(cloud.url, (await signUp(cloud, { proof: await this.proof(cloud, to) })).body as Session);
  }
}

export const ask = (cloud: TestCloud, to: object = ann, purpose = 'enter', language?: string): Promise<Answer> =>
  call(cloud.url, 'POST', '/v1/auth/challenges', { json: { to, purpose, ...(language === undefined ? {} : { language }) } });
export const signIn = (cloud: TestCloud, proof: object): Promise<Answer> =>
  call(cloud.url, 'POST', '/v1/auth/sessions', { json: { method: 'code', proof, device } });
export const signUp = (cloud: TestCloud, more: object): Promise<Answer> =>
  call(cloud.url, 'POST', '/v1/auth/accounts', { json: { device, ...more } });
export const wrong = (code: string): string => (code === '000000' ? '000001' : '000000');
