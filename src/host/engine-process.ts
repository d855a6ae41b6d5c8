/**
 * Entry of the engine's process, for Electron's `utilityProcess.fork` and for `child_process.fork`:
 *
 *   engine-process.js [--profile DIR] [--embedded-cloud] [--secret-store auto|keyring|file]
 *
 * - Every message on the parent port is an rpc frame, a plain object, both ways (src/rpc): `connectEngine(port)` is all
 *   that the parent needs. It may send at once; frames are kept until the engine is open.
 * - When the engine cannot be opened, the answer is the frame `refused` with the error: `connection.ready` rejects with
 *   it (profile_in_use, database_broken, ...), and the process ends with its exit code.
 * - `--embedded-cloud` runs a cloud on loopback; `host.info` then tells its address.
 * - When an engine runs on the profile already (`tidemark start`), this process passes frames on to that one and ends
 *   with it.
 * - The process ends on `engine.stop`, on SIGTERM and SIGINT, and when the parent goes away.
 */
import { parseArgs } from 'node:util';
import { errorKind, toErrorData } from '../contract/index.ts';
import { type Port, type ServerFrame, clientFrame, joinPorts } from '../rpc/index.ts';
import { connectLocal } from './local-socket.ts';
import { openParentPort } from './parent-port.ts';
import { openProfile } from './profile.ts';
import { secretStoreKind } from './secret-store-kind.ts';
import { runEngine } from './run-engine.ts';

/** The person may be running a short command on the profile; it gives it up by itself. */
const WAIT_MS = 20_000;

/** Passes frames on to the engine of another process. Quitting the app does not stop what was started without it. */
function passOn(port: Port, running: Port): Promise<void> {
  joinPorts(port, {
    ...running,
    send(message) {
      const frame = clientFrame.safeParse(message);
      if (frame.data?.t !== 'call' || frame.data.method !== 'engine.stop') return running.send(message);
      port.send({ t: 'result', id: frame.data.id, result: {} } satisfies ServerFrame);
      running.close();
    },
  });
  return new Promise((resolve) => running.onClose(resolve));
}

async function serve(port: Port): Promise<void> {
  const { values } = parseArgs({
    options: { profile: { type: 'string' }, 'embedded-cloud': { type: 'boolean' }, 'secret-store': { type: 'string' } },
  });
  const profile = await openProfile(values.profile);
  const running = await connectLocal(profile);
  if (running !== undefined) {
    return passOn(port, running);
  }
  const host = await runEngine({
    profile,
    secretStore: secretStoreKind(values['secret-store'] ?? process.env['TIDEMARK_SECRET_STORE']),
    fallBackToFile: true,
    embeddedCloud: values['embedded-cloud'] === true,
    waitMs: WAIT_MS,
    note: (text) => process.stderr.write(`${text}\n`),
  });
  const stop = (): void => void host.stop();
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  port.onClose(stop);
  host.serve(port, 'own');
  await host.begin();
  await host.stopped;
}

const port = openParentPort();
if (port === undefined) {
  process.stderr.write('tidemark: this process is started by the app; use `tidemark start` instead. [usage]\n');
  process.exit(2);
}
try {
  await serve(port);
  process.exit(0);
} catch (thrown) {
  const error = toErrorData(thrown);
  port.send({ t: 'refused', error });
  // Time for the message to leave the process.
  setTimeout(() => process.exit(errorKind(error.code).exit ?? 1), 200);
}
