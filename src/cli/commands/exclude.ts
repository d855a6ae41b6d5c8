import type { Command } from 'commander';
import { addCommand, addGroup, type Shell } from '../command.ts';
import { inFolder } from '../in-folder.ts';
import { count, plain, size, table } from '../text.ts';

/** exclude list, add, remove: which folders of the cloud are not kept on this device. */
export function addExcludeCommands(program: Command, shell: Shell): void {
  const exclude = addGroup(program, 'exclude', 'Folders of the cloud that are not kept on this device');
  addCommand(exclude, shell, {
    usage: 'list',
    about: 'List the folders that are not kept here',
    async run(context) {
      const listed = await context.withEngine((engine) => engine.call('selection.list', {}));
      const rows = listed.folders.map((row) => [
        row.state === 'away' ? 'only in the cloud' : 'being taken away here',
        count(row.items, 'item', 'items'),
        size(row.sizeBytes),
        row.path,
      ]);
      context.answer(listed, table(['STATE', 'ITEMS', 'SIZE', 'PATH'], rows) || 'Everything in the cloud is kept on this device.');
    },
  });
  addCommand(exclude, shell, {
    usage: 'add <path>',
    about: 'Do not keep a folder here: it stays in the cloud, and goes to the local trash once the cloud has all of it',
    async run(context, [given = '']) {
      const row = await context.withEngine(async (engine) => engine.call('selection.exclude', { path: await inFolder(engine, given) }), {
        begin: true,
      });
      context.answer(row, `${plain(row.path)} (${size(row.sizeBytes)}) is not kept on this device; the next sync takes it away here.`);
    },
  });
  addCommand(exclude, shell, {
    usage: 'remove <path>',
    about: 'Keep a folder here again',
    async run(context, [given = '']) {
      const { path, wasExcluded } = await context.withEngine(
        async (engine) => {
          const inside = await inFolder(engine, given);
          const { folders } = await engine.call('selection.list', {});
          await engine.call('selection.include', { path: inside });
          return { path: inside, wasExcluded: folders.some((row) => row.path === inside) };
        },
        { begin: true },
      );
      const said = wasExcluded
        ? 'is kept on this device again; it comes with the next sync'
        : 'was not excluded; it is kept on this device';
      context.answer({ path, wasExcluded }, `${plain(path)} ${said}.`);
    },
  });
}
