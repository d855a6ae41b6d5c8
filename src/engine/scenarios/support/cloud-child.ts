import { cloudOptions } from './cloud.ts';
import { createCloud } from '../../../cloud/index.ts';

/** The cloud in a process of its own, to be killed. */
const [dir = '', port = ''] = process.argv.slice(2);
const cloud = await createCloud(cloudOptions(dir));
await cloud.listen({ host: '127.0.0.1', port: Number(port) });
process.stdout.write('serving\n');
