import { inProject } from '../lib/paths.ts';
import { scriptOf } from '../lib/script-bin.ts';

export interface Step {
  readonly name: string;
  /** Arguments of Node. */
  readonly command: readonly string[];
}

/** Everything that can be said about the code without running it. Any output of a tool that warns is a failure. */
export const staticSteps: readonly Step[] = [
  { name: 'types', command: [scriptOf('typescript', 'tsc'), '-b', 'tsconfig.check.json'] },
  { name: 'lint', command: [scriptOf('eslint'), '--max-warnings', '0', '.'] },
  { name: 'layers', command: [scriptOf('dependency-cruiser', 'depcruise'), 'src', 'renderer', 'tools', 'bench', 'e2e'] },
  { name: 'unused code', command: [scriptOf('knip'), '--no-progress'] },
  { name: 'translations', command: [inProject('tools', 'run.mjs'), 'translations'] },
  { name: 'reference', command: [inProject('tools', 'run.mjs'), 'docs', '--check'] },
  { name: 'sync scenarios', command: [inProject('tools', 'run.mjs'), 'scenarios'] },
  { name: 'formatting', command: [scriptOf('prettier'), '--check', '--log-level', 'warn', '.'] },
];

export const unitTests: Step = { name: 'unit tests', command: [scriptOf('vitest'), 'run', '--project', 'unit'] };
