import { resolve, sep } from 'node:path';
import type { Command } from 'commander';
import type { Folder } from '../../contract/index.ts';
import { addCommand, addGroup, type Shell } from '../command.ts';
import { beforeLeaving, copiedText, LEAVE_HELP, type LeaveOptions, leaveOptions } from '../leaving.ts';
import { plain, table } from '../text.ts';

const states: Readonly<Record<Folder['state'], string>> = {
  ready: 'ready',
  missing: 'missing: not there now',
  unreadable: 'cannot be looked into: no permission, or the disk fails',
  replaced: 'replaced: another folder is in its place',
  not_writable: 'cannot be written',
};

const MERGE_HINT =
  'If it and the cloud both hold something, nothing is changed before you answer: tidemark status tells, tidemark questions list asks.';

/** What becomes of the files of a folder that is kept no more. */
function afterwards(path: string, folders: readonly Folder[]): string {
  const removed = folders.find((row) => row.path === path);
  const around = folders.find((row) => !row.localOnly && row.path !== path && path.startsWith(`${row.path}${sep}`));
  if (removed?.localOnly !== true) return 'Its files stay, here and in the cloud.';
  return around === undefined
    ? 'Its files stay here.'
    : `It is in ${plain(around.path)}, which is kept in sync: from now on its files go to the cloud and to the other devices.`;
}

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
      const merges = added.localOnly || options.merge === true ? '' : `\n${MERGE_HINT}`;
      context.answer(added, `${plain(added.path)} is now ${added.localOnly ? 'kept on this machine only' : 'kept in sync'}.${merges}`);
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
  addCommand<LeaveOptions>(folder, shell, {
    usage: 'remove <dir>',
    about: 'Stop keeping a folder in sync, or on this machine only; its files stay',
    options: leaveOptions,
    help: LEAVE_HELP,
    run(context, [dir = ''], options) {
      const path = resolve(dir);
      return context.withEngine(async (engine) => {
        const { folders } = await engine.call('folder.list', {});
        const wasLocalOnly = folders.some((row) => row.localOnly && row.path === path);
        const isSynced = !wasLocalOnly && folders.some((row) => !row.localOnly);
        const command = `tidemark folder remove ${JSON.stringify(dir)}`;
        const leaving = isSynced ? await beforeLeaving(context, engine, options, command) : { copied: null };
        if (typeof leaving === 'number') return leaving;
        await engine.call('folder.remove', { path });
        const copied = leaving.copied === null ? '' : `${copiedText(leaving.copied)}\n`;
        context.answer(
          { path, ...leaving },
          `${copied}${plain(path)} is no longer ${wasLocalOnly ? 'kept on this machine only' : 'kept in sync'}. ${afterwards(path, folders)}`,
        );
        return 0;
      });
    },
  });
}
