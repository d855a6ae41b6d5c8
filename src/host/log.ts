import { join } from 'node:path';
import { pino } from 'pino';
import roll from 'pino-roll';
import { scrub } from './scrub.ts';

/** The engine's log: JSON lines in files of the profile, the oldest removed, secrets hidden. */
export interface HostLog {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Writes out what is buffered. */
  close(): Promise<void>;
}

/** Opens `<folder>/tidemark.N.log`; five files of 5 MB are kept. `TIDEMARK_LOG=debug` says more. */
export async function openLog(folder: string): Promise<HostLog> {
  const stream = await roll({
    file: join(folder, 'tidemark'),
    extension: '.log',
    size: '5m',
    mode: 0o600,
    limit: { count: 4, removeOtherLogFiles: true },
  });
  const level = process.env['TIDEMARK_LOG'] === 'debug' ? 'debug' : 'info';
  const logger = pino({ level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime }, stream);
  // A log that cannot be written must not stop the sync.
  stream.on('error', () => undefined);
  const write =
    (to: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void =>
      logger[to](scrub(fields), String(scrub(message)));
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    close: () =>
      new Promise((resolve) => {
        stream.once('close', () => resolve());
        stream.once('error', () => resolve());
        stream.end();
      }),
  };
}
