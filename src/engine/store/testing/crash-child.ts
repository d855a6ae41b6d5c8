import { TidemarkError } from '../../../contract/index.ts';
import { lockFolder, lockProfile } from '../lock.ts';
import { openStore } from '../open-store.ts';
import { FaultyDatabase } from './faulty-database.ts';
import { idOf, localFile } from './nodes.ts';

/** Run by crash.test.ts: begins something, says so, and stays there until it is killed, or tries to open and says how that went. */
const [what, first = '', second = ''] = process.argv.slice(2);

function stay(): never {
  process.stdout.write('in the middle\n');
  // A transaction cannot wait, so the process is put to sleep in the middle of it.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

if (what === 'migrate') {
  const database = new FaultyDatabase();
  database.fault = (statement) => {
    if (statement === Number(second)) process.kill(process.pid, 'SIGKILL');
    return undefined;
  };
  openStore(first, { now: () => Date.now(), wrap: database.wrap });
  process.stdout.write('it opened\n');
  process.exit();
}
if (what === 'open') {
  try {
    openStore(first, { now: () => Date.now() });
    process.stdout.write('it opened\n');
  } catch (thrown) {
    process.stdout.write(`${thrown instanceof TidemarkError ? thrown.code : String(thrown)}\n`);
  }
  process.exit();
}

if (what === 'locks') {
  lockProfile(first);
  lockFolder(second);
  stay();
}

const store = openStore(first, { now: () => Date.now() });
store.transaction((write) => {
  for (let index = 0; index < 500; index += 1) write.putLocal(localFile(String(index)));
  write.addJournal('commit', {});
  write.setCursor({ cursor: 'c', epoch: 'e' });
});
store.transaction((write) => {
  // More than the page cache holds, so that a part of it is on the disk already.
  for (let index = 0; index < 60_000; index += 1) write.putLocal(localFile(`half ${String(index)}`, { id: idOf(`half ${String(index)}`) }));
  write.deleteLocal(idOf('1'));
  write.setCursor(null);
  stay();
});
