import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { differences, digestTree, type World } from '../world/index.ts';
import { wordDocument, workbook } from './office.ts';
import { firstTree, names, writeTree } from './tree.ts';

export interface StepOutcome {
  /** What came of it, in a few words. */
  readonly what: string;
  /** Bytes of the files concerned. */
  readonly bytes: number;
}

export interface DemoStep {
  readonly name: string;
  run(world: World): Promise<StepOutcome>;
}

const versionA = wordDocument(['Minutes', 'Nobody agreed. (laptop)']);
const versionB = wordDocument(['Minutes', 'Half of them agreed. (desktop)']);

/** The story, in order. Every step that changes files ends with both folders compared byte by byte. */
export const demoSteps: readonly DemoStep[] = [
  {
    name: 'Sign up, sign in',
    async run(world) {
      await world.signIn();
      return { what: 'laptop makes the account, desktop joins it', bytes: 0 };
    },
  },
  {
    name: 'Two folders, two engines',
    async run(world) {
      await world.addFolders();
      await world.startEngines();
      return { what: 'both running', bytes: 0 };
    },
  },
  {
    name: 'A tree of files on the laptop',
    async run(world) {
      const bytes = await writeTree(world.a.folder, firstTree());
      const files = await sameOnBoth(world);
      return { what: `${files} files on the desktop, byte for byte`, bytes };
    },
  },
  {
    name: 'Edits on both sides',
    async run(world) {
      const report = wordDocument(['季度报告', '收入比上一季度增长了百分之九。', '已更正。']);
      const budget = workbook([
        ['Item', 'Cost'],
        ['Rent', 1300],
        ['Tea', 36],
        ['Biscuits', 12],
      ]);
      await writeFile(join(world.a.folder, names.report), report);
      await writeFile(join(world.b.folder, names.budget), budget);
      await sameOnBoth(world);
      return { what: '季度报告.docx here, Budget 2026.xlsx there', bytes: report.length + budget.length };
    },
  },
  {
    name: 'A change inside the large file',
    async run(world) {
      const path = join(world.b.folder, names.video);
      const file = await open(path, 'r+');
      await file.write(Buffer.from('a new beginning'), 0, 15, 20_000_000);
      await file.close();
      const { size } = await stat(path);
      await sameOnBoth(world);
      return { what: '15 bytes of rehearsal.bin, from the desktop', bytes: size };
    },
  },
  {
    name: 'A folder moves',
    async run(world) {
      const to = join(world.a.folder, names.archive);
      await mkdir(dirname(to), { recursive: true });
      await rename(join(world.a.folder, names.projects), to);
      await sameOnBoth(world);
      const moved = await digestTree(join(world.b.folder, names.archive));
      return { what: `Projects -> Archive/2026, ${moved.files} files`, bytes: moved.bytes };
    },
  },
  {
    name: 'A file is deleted',
    async run(world) {
      const path = join(world.b.folder, names.draft);
      const { size } = await stat(path);
      await rm(path);
      await sameOnBoth(world);
      await mustBeGone(join(world.a.folder, names.draft));
      return { what: 'Old draft.docx, gone on both', bytes: size };
    },
  },
  {
    name: 'Both edit one file: a conflict',
    async run(world) {
      for (const device of [world.a, world.b]) await device.command(['pause']);
      await writeFile(join(world.a.folder, names.minutes), versionA);
      await writeFile(join(world.b.folder, names.minutes), versionB);
      for (const device of [world.a, world.b]) await device.command(['resume']);
      await sameOnBoth(world);
      for (const device of [world.a, world.b]) await keptBothVersions(device.folder);
      return { what: 'both versions kept, on both devices', bytes: versionA.length + versionB.length };
    },
  },
];

/** Settles and compares. Answers the number of files; throws with the differences. */
async function sameOnBoth(world: World): Promise<number> {
  await world.settle();
  const [a, b] = await Promise.all([digestTree(world.a.folder), digestTree(world.b.folder)]);
  const different = differences(a, b);
  if (different.length > 0) throw new Error(`the two folders differ:\n  ${different.slice(0, 20).join('\n  ')}`);
  return a.files;
}

async function mustBeGone(path: string): Promise<void> {
  const there = await stat(path).then(
    () => true,
    () => false,
  );
  if (there) throw new Error(`still there: ${path}`);
}

/** Exactly the two versions: one under the name, one under a name that says that it is a conflict. */
async function keptBothVersions(folder: string): Promise<void> {
  const office = join(folder, dirname(names.minutes));
  const found = (await readdir(office)).filter((name) => name.startsWith('Minutes'));
  const copies = found.filter((name) => /^Minutes \(conflict, .+, \d{4}-\d{2}-\d{2}\)\.docx$/.test(name));
  const contents = await Promise.all(found.map((name) => readFile(join(office, name))));
  const both = [versionA, versionB].every((version) => contents.some((content) => content.equals(version)));
  if (found.length !== 2 || copies.length !== 1 || !both) throw new Error(`a version was lost in ${office}: ${found.join(', ')}`);
}
