import { parentPort } from 'node:worker_threads';
import { moveFileSync } from '../move-file.ts';
import { cut, cutMany } from './cut.ts';
import { toFaultData } from './fault-data.ts';
import { list } from './list.ts';
import type { Request, Response } from './protocol.ts';
import { readMany, readPart } from './read.ts';
import { syncFolder, writeMany } from './write.ts';

/** The entry of a disk thread: takes requests, answers each once. */
const port = parentPort;
if (port === null) throw new Error('worker.ts runs in a worker thread only');

const aborted = new Set<number>();

port.on('message', (request: Request) => {
  if (request.kind === 'abort') {
    aborted.add(request.id);
    return;
  }
  void handle(request);
});

type Work = Exclude<Request, { kind: 'abort' }>;

async function handle(request: Work): Promise<void> {
  try {
    const outcome = run(request);
    const { answer, transfer } = outcome instanceof Promise ? await outcome : outcome;
    send(answer === undefined ? { id: request.id, aborted: true } : { id: request.id, answer }, transfer);
  } catch (error) {
    send({
      id: request.id,
      fault: toFaultData(error, 'path' in request.ask ? request.ask.path : 'folder' in request.ask ? request.ask.folder : ''),
    });
  } finally {
    aborted.delete(request.id);
  }
}

const send = (response: Response, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(response, transfer);

interface Outcome {
  readonly answer: unknown;
  readonly transfer?: readonly ArrayBuffer[];
}

/** Short jobs run at once and synchronously; the long ones give way. */
function run(request: Work): Outcome | Promise<Outcome> {
  switch (request.kind) {
    case 'list': {
      const answer = list(request.ask.folder);
      return { answer, transfer: [answer.stats] };
    }
    case 'cut': {
      const answer = cut(request.ask.path, request.ask.expected, () => aborted.has(request.id));
      return answer instanceof Promise ? answer.then((value) => ({ answer: value })) : { answer };
    }
    case 'cutMany':
      return { answer: cutMany(request.ask.files) };
    case 'read': {
      const { path, offset, length, expected } = request.ask;
      const answer = readPart(path, offset, length, expected);
      return { answer, transfer: [answer.buffer] };
    }
    case 'readMany': {
      const answer = readMany(request.ask.files);
      return { answer, transfer: [answer.bytes] };
    }
    case 'writeMany':
      return writeMany(request.ask).then((answer) => ({ answer }));
    case 'moveFiles':
      return {
        answer: request.ask.moves.map(({ from, to }) => {
          try {
            moveFileSync(from, to);
            return null;
          } catch (error) {
            return toFaultData(error, to);
          }
        }),
      };
    case 'syncFolders':
      for (const path of request.ask.paths) syncFolder(path);
      return { answer: null };
  }
}
