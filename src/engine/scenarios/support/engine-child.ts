import { createEngine, createNodeDisk, openSecretStore } from '../../index.ts';
import { DiskHooks } from './disk-hooks.ts';
import { realEnvironment } from './environment.ts';
import { Traffic } from './traffic.ts';

/**
 * A device in a process of its own, to be killed: opens the profile of one that was set up, and syncs until the end. With a
 * point, such as `commit after 2`, it kills itself there: after the second commit was carried out, before its answer.
 */
const [profile = '', name = '', point = ''] = process.argv.slice(2);
const [call, when, times] = point.split(' ');
let left = Number(times);

const dieAt = (moment: 'before' | 'after') => (now: string) => {
  if (now !== call || moment !== when) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
};

const real = realEnvironment(createNodeDisk(), await openSecretStore('file', profile), name);
const disk = new DiskHooks();
const traffic = new Traffic(() => true);
for (const hooks of [disk, traffic]) {
  hooks.before = dieAt('before');
  hooks.after = dieAt('after');
}
const environment = { ...real, disk: disk.wrap(real.disk), connect: (server: string) => traffic.wrap(real.connect(server)) };
const engine = await createEngine(environment, { profile });
process.stdout.write('syncing\n');
await engine.start();
