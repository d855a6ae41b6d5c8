import { createEngine, createNodeDisk, openSecretStore } from '../../index.ts';
import { realEnvironment } from './environment.ts';

/** A device in a process of its own, to be killed: opens the profile of one that was set up, and syncs until the end. */
const [profile = '', name = ''] = process.argv.slice(2);
const engine = await createEngine(realEnvironment(createNodeDisk(), await openSecretStore('file', profile), name), { profile });
await engine.start();
process.stdout.write('syncing\n');
