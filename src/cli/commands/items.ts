import type { Command } from 'commander';
import { errorLine, TidemarkError } from '../../contract/index.ts';
import { addCommand, addGroup, type Shell } from '../command.ts';
import { explanationText } from '../explanation-text.ts';
import { inFolder } from '../in-folder.ts';
import { plain, size, table, when } from '../text.ts';

/** The cloud cannot be asked now: then it is told of what this device knows. */
function unlessAway(error: unknown): TidemarkError {
  if (error instanceof TidemarkError && error.kind.exit === 5) return error;
  throw error;
}

/** explain, versions, restore, trash. */
export function addItemCommands(program: Command, shell: Shell): void {
  addCommand(program, shell, {
    usage: 'explain <path>',
    about: 'Say why an item is in its state, and when the next try is',
    async run(context, [path = '']) {
      const explained = await context.withEngine(async (engine) => engine.call('files.explain', { path: await inFolder(engine, path) }), {
        begin: true,
      });
      context.answer(explained, explanationText(explained));
    },
  });

  addCommand(program, shell, {
    usage: 'versions <path>',
    about: 'List the versions of a file',
    async run(context, [path = '']) {
      const listed = await context.withEngine(async (engine) => engine.call('versions.list', { path: await inFolder(engine, path) }));
      const rows = listed.versions.map((version) => [
        version.versionId,
        when(version.createdAt),
        size(version.size),
        version.current ? 'current' : version.expiresAt === null ? '' : `until ${when(version.expiresAt)}`,
      ]);
      context.answer(listed, table(['VERSION', 'WRITTEN', 'SIZE', 'KEPT'], rows) || 'There is no version in the cloud yet.');
    },
  });

  addCommand<{ version?: string }>(program, shell, {
    usage: 'restore <path>',
    about: 'Make an earlier version of a file the newest; the present one stays as a version',
    options: (command) => command.requiredOption('--version <id>', 'the version, as `tidemark versions` lists it'),
    async run(context, [given = ''], options) {
      const versionId = options.version ?? '';
      const path = await context.withEngine(
        async (engine) => {
          const inside = await inFolder(engine, given);
          await engine.call('versions.restore', { path: inside, versionId });
          return inside;
        },
        { begin: true },
      );
      context.answer({ path, versionId }, `${plain(path)} is version ${versionId} again; it comes with the next sync.`);
    },
  });

  const trash = addGroup(program, 'trash', 'What was deleted, in the cloud and on this device');
  addCommand<{ here?: boolean }>(trash, shell, {
    usage: 'list',
    about: 'List what can be brought back',
    options: (command) => command.option('--here', 'only what sync deleted or replaced on this device; needs no cloud'),
    async run(context, _, options) {
      const { there, here } = await context.withEngine(async (engine) => ({
        there: options.here === true ? { items: [] } : await engine.call('trash.list', {}).catch(unlessAway),
        here: (await engine.call('trash.here', {})).items,
      }));
      const listed = there instanceof TidemarkError ? { items: [] } : there;
      const local = here.map((item) => [String(item.id), when(item.at), item.why, `until ${when(item.expiresAt)}`, item.path]);
      const rows = listed.items.map((item) => [
        item.node.id,
        when(item.deletedAt),
        size(item.sizeBytes),
        `until ${when(item.expiresAt)}`,
        item.path,
      ]);
      const sections = [
        table(['ID', 'DELETED', 'SIZE', 'KEPT', 'PATH'], rows),
        local.length === 0 ? '' : `On this device:\n${table(['ID', 'WHEN', 'WHY', 'KEPT', 'PATH'], local)}`,
      ].filter((section) => section !== '');
      if (there instanceof TidemarkError) {
        context.note(`Only this device’s trash is shown, as with --here. ${errorLine(there)} [${there.code}]`);
        context.answer({ ...listed, here }, sections.join('\n\n') || 'The trash of this device is empty.');
        return 5;
      }
      context.answer({ ...listed, here }, sections.join('\n\n') || 'The trash is empty.');
      return 0;
    },
  });
  addCommand(trash, shell, {
    usage: 'restore <id>',
    about: 'Bring an item back to where it was',
    async run(context, [id = '']) {
      // The cloud's ids are long and random, those of this device count up.
      if (/^\d{1,15}$/.test(id)) {
        const { path } = await context.withEngine((engine) => engine.call('trash.restoreHere', { id: Number(id) }), { begin: true });
        return context.answer({ id, path }, `Brought back as ${plain(path)}.`);
      }
      await context.withEngine((engine) => engine.call('trash.restore', { id }), { begin: true });
      context.answer({ id }, 'Brought back; it comes with the next sync.');
    },
  });
}
