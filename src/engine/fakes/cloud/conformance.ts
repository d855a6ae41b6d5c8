import { afterAll, beforeAll, describe } from 'vitest';
import { accountBehaviours } from './testing/account-behaviours.ts';
import type { CloudUnderTest, MakeCloud } from './testing/test-device.ts';
import { commitBehaviours } from './testing/commit-behaviours.ts';
import { driveBehaviours } from './testing/drive-behaviours.ts';

export type { CloudUnderTest, MakeCloud } from './testing/test-device.ts';

/** What every cloud does, the fake and the real one alike: whatever a test or a simulation shows on the fake holds there too. */
export function describeCloud(name: string, makeCloud: MakeCloud): void {
  describe(`${name} as a cloud`, () => {
    let cloud: CloudUnderTest | undefined;
    beforeAll(async () => {
      cloud = await makeCloud();
    });
    afterAll(async () => {
      await cloud?.close();
    });
    const subject = (): CloudUnderTest => {
      if (cloud === undefined) throw new Error('the cloud did not start');
      return cloud;
    };
    describe('accounts and devices', () => {
      accountBehaviours(subject);
    });
    describe('commits', () => {
      commitBehaviours(subject);
    });
    describe('blocks, feed, history', () => {
      driveBehaviours(subject);
    });
  });
}
