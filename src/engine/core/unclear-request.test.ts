import { expect, it } from 'vitest';
import { secondMs } from '../../base/index.ts';
import { TidemarkError } from '../../contract/index.ts';
import { engineWithFolder, stopEngine } from '../testing/engine-with-folder.ts';
import { EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';

/** From now on no answer to a commit is heard until `end`, or until whoever sent it gives up. */
function holdAnswers({ environment }: TestSync): { readonly begin: () => void; readonly end: () => void } {
  let holds = false;
  const { connect } = environment;
  const slow: typeof connect = (server) => {
    const cloud = connect(server);
    const authorized: typeof cloud.authorized = (credentials) => {
      const drive = cloud.authorized(credentials);
      return {
        ...drive,
        commit: async (entries, key, signal) => {
          const results = await drive.commit(entries, key, signal);
          if (!holds) return results;
          const gaveUp = Promise.withResolvers<never>();
          signal?.addEventListener('abort', () => {
            gaveUp.reject(new TidemarkError('aborted'));
          });
          return gaveUp.promise;
        },
      };
    };
    return { ...cloud, authorized };
  };
  Object.assign(environment, { connect: slow });
  return {
    begin: () => {
      holds = true;
    },
    end: () => {
      holds = false;
    },
  };
}

it('what was sent, and deleted again before the answer could be heard, does not come back as if another device had sent it', async () => {
  const sync = new TestSync();
  await sync.connect('Laptop');
  const { user } = sync.disk;
  for (const path of ['photos/a', 'b', 'c', 'd', 'e']) user.writeFile(`${ROOT}/${path}`, path);
  const answers = holdAnswers(sync);
  const engine = await engineWithFolder(sync);
  const lookAgain = async (): Promise<void> => {
    await engine.call('sync.now', {});
    await sync.clock.advance(20 * secondMs);
  };
  await engine.start();
  await sync.clock.advance(20 * secondMs);
  answers.begin();
  user.writeFile(`${ROOT}/new`, 'new');
  await lookAgain();
  user.remove(`${ROOT}/new`);
  await lookAgain();
  answers.end();
  // What is under way is given up for that.
  await engine.call('selection.exclude', { path: 'photos' });
  await sync.clock.advance(20 * secondMs);
  expect(Object.keys(user.snapshot(ROOT))).not.toContain('new');
  expect(sync.cloud.nodes(EMAIL).map(({ name }) => name)).not.toContain('new');
  await stopEngine(sync, engine);
});
