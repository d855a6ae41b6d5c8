import { createCloud } from '../index.ts';
import { optionsFor } from './harness.ts';

// A cloud in a process of its own, for tests that kill it. Prints its address; argument: the directory.
const cloud = await createCloud(optionsFor(process.argv[2] ?? '', { rateLimits: { signIn: 1000 } }));
const { url } = await cloud.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${url}\n`);
