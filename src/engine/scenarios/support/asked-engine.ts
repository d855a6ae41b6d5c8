import { toErrorData } from '../../../contract/index.ts';
import { createEngine, createNodeDisk, type Engine, openSecretStore } from '../../index.ts';
import type { Ask, Told } from './engine-calls.ts';
import { realEnvironment } from './environment.ts';

/** A device in a process of its own, which a test talks to: for what can only be done to a whole process, or to its disk. */
const [profile = '', name = ''] = process.argv.slice(2);
const tell = (told: Told): void => void process.send?.(told);

async function answer(engine: Engine, { method, params }: Ask): Promise<unknown> {
  if (method !== 'start') return engine.call(method, params);
  await engine.start();
  return {};
}

try {
  const engine = await createEngine(realEnvironment(createNodeDisk(), await openSecretStore('file', profile), name), { profile });
  process.on('message', (ask: Ask) => {
    answer(engine, ask).then(
      (result) => tell({ id: ask.id, result }),
      (error: unknown) => tell({ id: ask.id, error: toErrorData(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
  tell({ id: 0 });
} catch (error) {
  tell({ id: 0, error: toErrorData(error) });
}
