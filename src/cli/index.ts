/** The command line, for the documents that are made from it. */
export { buildProgram } from './program.ts';
export { run } from './run.ts';
export type { Io } from './io.ts';
