import type { Command } from 'commander';
import type { Shell } from '../command.ts';
import { addAccountCommands } from './account.ts';
import { addCloudCommands } from './cloud.ts';
import { addDeviceCommands } from './devices.ts';
import { addExcludeCommands } from './exclude.ts';
import { addFolderCommands } from './folder.ts';
import { addHelpCommands } from './help-me.ts';
import { addItemCommands } from './items.ts';
import { addListCommands } from './lists.ts';
import { addProcessCommands } from './process.ts';
import { addQuotaCommands } from './quota.ts';
import { addSyncCommands } from './sync.ts';

/** All commands, in the order in which the help shows them. */
export function addCommands(program: Command, shell: Shell): void {
  addProcessCommands(program, shell);
  addAccountCommands(program, shell);
  addFolderCommands(program, shell);
  addExcludeCommands(program, shell);
  addSyncCommands(program, shell);
  addListCommands(program, shell);
  addItemCommands(program, shell);
  addQuotaCommands(program, shell);
  addDeviceCommands(program, shell);
  addHelpCommands(program, shell);
  addCloudCommands(program, shell);
}
