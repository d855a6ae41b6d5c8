import type { Command } from 'commander';
import { TidemarkError, type TrashItem } from '../../contract/index.ts';
import { addCommand, addGroup, type Shell } from '../command.ts';
import { confirm } from '../confirm.ts';
import type { Context, Exit } from '../context.ts';
import { explanationText } from '../explanation-text.ts';
import { inFolder } from '../in-folder.ts';
import { errorLine } from '../language.ts';
import { count, plain, size, table, when } from '../text.ts';

/** The cloud cannot be asked now: then it is told of what this device knows. */
function unlessAway(error: unknown): TidemarkError {
  if (error instanceof TidemarkError && error.kind.exit === 5) return error;
  throw error;
}

interface VersionOptions {
  readonly delete?: boolean;
  readonly version?: string;
  readonly yes?: boolean;
}

async function deleteVersions(context: Context, given: string, { version, yes = false }: VersionOptions): Promise<Exit> {
  return context.withEngine(
    async (engine) => {
      const path = await inFolder(engine, given);
      const { versions } = await engine.call('versions.list', { path });
      const chosen = versions.filter(({ current, versionId }) => !current && (version === undefined || versionId === version));
      if (version !== undefined && chosen.length === 0) throw new TidemarkError('unknown_item', { path: version });
      const bytes = chosen.reduce((sum, one) => sum + one.size, 0);
      const what = `This deletes ${count(chosen.length, 'earlier version')} of ${plain(path)} for good and frees ${size(bytes)}. The present content stays.`;
      if (chosen.length > 0 && !yes && (await confirm(context, `${what}\nDelete?`)) !== true) {
        context.answer({ items: 0, freedBytes: 0, versions: chosen }, `Nothing was deleted.\n${what}\n  delete:  the same with --yes`);
        return 7;
      }
      // What is replaced meanwhile was the present content when it was said that that stays.
      const versionIds = chosen.map(({ versionId }) => versionId);
      const freed = chosen.length === 0 ? { items: 0, freedBytes: 0 } : await engine.call('versions.delete', { path, versionIds });
      context.answer(freed, `${count(freed.items, 'version is', 'versions are')} gone; ${size(freed.freedBytes)} are free.`);
      return 0;
    },
    { begin: true },
  );
}

/** With earlier versions: what deleting it for good frees. */
const bytesOf = ({ sizeBytes, versionsBytes }: TrashItem): number => sizeBytes + versionsBytes;

/** What deleting items of the trash for good takes away, in words. */
function emptying(items: readonly TrashItem[]): { readonly bytes: number; readonly text: string } {
  const sum = (of: (item: TrashItem) => number): number => items.reduce((total, item) => total + of(item), 0);
  const [files, bytes, versions] = [sum((item) => item.files), sum((item) => item.sizeBytes), sum((item) => item.versionsBytes)];
  const old = versions === 0 ? '' : `, and ${size(versions)} of earlier versions`;
  return {
    bytes: bytes + versions,
    text:
      `This deletes ${count(items.length, 'item')} of the trash of the cloud for good: ${count(files, 'file')}, ${size(bytes)}${old}. ` +
      'It cannot be brought back from there; what lies in the trash of a device stays.',
  };
}

async function deleteTrash(context: Context, only: string | undefined, yes: boolean): Promise<Exit> {
  return context.withEngine(
    async (engine) => {
      const { items } = await engine.call('trash.list', {});
      const chosen = items.filter(({ node }) => only === undefined || node.id === only);
      if (only !== undefined && chosen.length === 0) throw new TidemarkError('unknown_item', { path: only });
      const { bytes, text } = emptying(chosen);
      if (chosen.length > 0 && !yes && (await confirm(context, `${text}\nDelete?`)) !== true) {
        context.answer(
          { items: 0, freedBytes: 0, wouldFreeBytes: bytes, wouldDelete: chosen.length },
          `Nothing was deleted.\n${text}\n  delete:  the same with --yes`,
        );
        return 7;
      }
      // What was deleted after it was counted is not part of what was agreed to.
      const until = Math.max(0, ...chosen.map(({ deletedAt }) => deletedAt));
      const freed = only === undefined ? await engine.call('trash.empty', { until }) : await engine.call('trash.delete', { id: only });
      context.answer(freed, `${count(freed.items, 'item is', 'items are')} gone; ${size(freed.freedBytes)} are free.`);
      return 0;
    },
    { begin: true },
  );
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

  addCommand<VersionOptions>(program, shell, {
    usage: 'versions <path>',
    about: 'List the versions of a file, or delete earlier ones for good',
    options: (command) =>
      command
        .option('--delete', 'delete the earlier versions for good; the present content stays')
        .option('--version <id>', 'with --delete: only this one')
        .option('--yes', 'delete without asking'),
    help: 'With --delete it asks before; without a terminal it needs --yes, and exits with 7 otherwise, nothing deleted.',
    async run(context, [path = ''], options) {
      if (options.delete === true) return deleteVersions(context, path, options);
      const listed = await context.withEngine(async (engine) => engine.call('versions.list', { path: await inFolder(engine, path) }));
      const rows = listed.versions.map((version) => [
        version.versionId,
        when(version.createdAt),
        size(version.size),
        version.current ? 'current' : version.expiresAt === null ? '' : `until ${when(version.expiresAt)}`,
      ]);
      context.answer(listed, table(['VERSION', 'WRITTEN', 'SIZE', 'KEPT'], rows) || 'There is no version in the cloud yet.');
      return 0;
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
  addCommand<{ here?: boolean; bySize?: boolean }>(trash, shell, {
    usage: 'list',
    about: 'List what can be brought back',
    options: (command) =>
      command
        .option('--here', 'only what sync deleted or replaced on this device; needs no cloud')
        .option('--by-size', 'the largest first, instead of the newest'),
    async run(context, _, options) {
      const { there, here } = await context.withEngine(async (engine) => ({
        there: options.here === true ? { items: [] } : await engine.call('trash.list', {}).catch(unlessAway),
        here: (await engine.call('trash.here', {})).items,
      }));
      const listed = there instanceof TidemarkError ? { items: [] } : there;
      const local = here.map((item) => [String(item.id), when(item.at), item.why, `until ${when(item.expiresAt)}`, item.path]);
      const items = options.bySize === true ? listed.items.toSorted((a, b) => bytesOf(b) - bytesOf(a)) : listed.items;
      const rows = items.map((item) => [
        item.node.id,
        when(item.deletedAt),
        size(bytesOf(item)),
        `until ${when(item.expiresAt)}`,
        item.path,
      ]);
      const sections = [
        table(['ID', 'DELETED', 'SIZE', 'KEPT', 'PATH'], rows),
        local.length === 0 ? '' : `On this device:\n${table(['ID', 'WHEN', 'WHY', 'KEPT', 'PATH'], local)}`,
      ].filter((section) => section !== '');
      if (there instanceof TidemarkError) {
        context.note(`Only this device’s trash is shown, as with --here. ${errorLine(there)} [${there.code}]`);
        context.answer({ items, here }, sections.join('\n\n') || 'The trash of this device is empty.');
        return 5;
      }
      context.answer({ items, here }, sections.join('\n\n') || 'The trash is empty.');
      return 0;
    },
  });
  const deleting = 'It asks before; without a terminal it needs --yes, and exits with 7 otherwise, nothing deleted.';
  addCommand<{ yes?: boolean }>(trash, shell, {
    usage: 'empty',
    about: 'Delete what is in the trash of the cloud for good, which frees its room',
    options: (command) => command.option('--yes', 'delete without asking'),
    help: deleting,
    run: (context, _, { yes = false }) => deleteTrash(context, undefined, yes),
  });
  addCommand<{ yes?: boolean }>(trash, shell, {
    usage: 'delete <id>',
    about: 'Delete one item of the trash of the cloud for good',
    options: (command) => command.option('--yes', 'delete without asking'),
    help: deleting,
    run: (context, [id = ''], { yes = false }) => deleteTrash(context, id, yes),
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
