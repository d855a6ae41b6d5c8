import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Folder } from '../../contract/index.ts';
import { addCommand, addGroup, type Shell } from '../command.ts';
import { plain, table } from '../text.ts';

const states: Readonly<Record<Folder['state'], string>> = {
  ready: 'ready',
  missing: 'missing: not there now',
  unreadable: 'cannot be looked into: no permission, or the disk fails',
  replaced: 'replaced: another folder is in its place',
  not_writable: 'cannot be written',
};

/** folder add, list, remove. */
export function addFolderCommands(program: Command, shell: Shell): void {
  const folder = addGroup(program, 'folder', 'The folder that is kept in sync');
  addCommand<{ localOnly?: boolean; merge?: boolean }>(folder, shell, {
    usage: 'add <dir>',
    about: 'Keep a folder in sync',
    options: (command) =>
      command
        .option('--local-only', 'the folder never leaves this machine; it may lie inside the synced one')
        .option('--merge', 'merge with what the cloud has, without asking first'),
    help: 'When the folder and the cloud both hold something, a question waits before anything is changed: tidemark questions list.',
    async run(context, [dir = ''], options) {
      const added = await context.withEngine((engine) =>
        engine.call('folder.add', { path: resolve(dir), localOnly: options.localOnly === true, merge: options.merge === true }),
      );
      context.answer(added, `${plain(added.path)} is now ${added.localOnly ? 'kept on this machine only' : 'kept in sync'}.`);
    },
  });
  addCommand(folder, shell, {
    usage: 'list',
    about: 'List the folders',
    async run(context) {
      const listed = await context.withEngine((engine) => engine.call('folder.list', {}));
      const rows = listed.folders.map((row) => [row.localOnly ? 'local only' : 'synced', states[row.state], row.path]);
      context.answer(listed, table(['KIND', 'STATE', 'PATH'], rows) || 'No folder is kept in sync. Choose one: tidemark folder add DIR');
    },
  });
  addCommand(folder, shell, {
    usage: 'remove <dir>',
    about: 'Stop keeping a folder in sync, or on this machine only; its files stay',
    async run(context, [dir = '']) {
      const path = resolve(dir);
      const wasLocalOnly = await context.withEngine(async (engine) => {
        const { folders } = await engine.call('folder.list', {});
        await engine.call('folder.remove', { path });
        return folders.some((row) => row.localOnly && row.path === path);
      });
      context.answer(
        { path },
        `${plain(path)} is no longer ${wasLocalOnly ? 'kept on this machine only' : 'kept in sync'}. Its files stay, here and in the cloud.`,
      );
    },
  });
}
