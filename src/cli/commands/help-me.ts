import type { Command } from 'commander';
import { addCommand, type Shell } from '../command.ts';
import { notYet } from '../not-yet.ts';

/** doctor, report. */
export function addHelpCommands(program: Command, shell: Shell): void {
  addCommand(program, shell, {
    usage: 'doctor',
    about: 'Go through the troubleshooting checklist (not in this version yet)',
    run: () => notYet('doctor'),
  });
  addCommand(program, shell, {
    usage: 'report <file>',
    about: 'Write a support report (zip; not in this version yet)',
    run: () => notYet('report'),
  });
}
