import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { inProject } from '../lib/paths.ts';
import { run } from '../lib/run.ts';
import { scriptOf } from '../lib/script-bin.ts';
import { makeSkeleton, type Skeleton } from './skeleton.ts';

const imports = (...paths: readonly string[]): string =>
  paths.map((path, index) => `import * as planted${index} from '${path}';\nexport const used${index} = planted${index};\n`).join('');

/** For every rule about imports a file that breaks it, and nothing else that this test looks at. */
const plantedImports: Readonly<Record<string, readonly [path: string, text: string]>> = {
  'layer-contract': ['src/contract/planted.ts', imports('../base/index.ts')],
  'layer-base': ['src/base/planted.ts', imports('../contract/index.ts')],
  'layer-rpc': ['src/rpc/planted.ts', imports('../engine/index.ts')],
  'layer-engine': ['src/engine/planted.ts', imports('../cloud/index.ts')],
  'layer-cloud': ['src/cloud/planted.ts', imports('../engine/index.ts')],
  'layer-host': ['src/host/planted.ts', imports('../cli/index.ts')],
  'layer-cli': ['src/cli/planted.ts', imports('../engine/index.ts')],
  'layer-main': ['src/main/planted.ts', imports('../host/index.ts')],
  'layer-preload': ['src/preload/planted.ts', imports('../engine/index.ts')],
  'layer-contract-in-tests': ['src/contract/planted.test.ts', imports('../engine/index.ts')],
  'layer-base-in-tests': ['src/base/planted.test.ts', imports('../engine/index.ts')],
  'layer-rpc-in-tests': ['src/rpc/planted.test.ts', imports('../cloud/index.ts')],
  'layer-engine-in-tests': ['src/engine/scenarios/planted.test.ts', imports('../../main/index.ts')],
  'layer-cloud-in-tests': ['src/cloud/planted.test.ts', imports('../engine/index.ts')],
  'layer-host-in-tests': ['src/host/planted.test.ts', imports('../cli/index.ts')],
  'layer-cli-in-tests': ['src/cli/planted.test.ts', imports('../main/index.ts')],
  'layer-main-in-tests': ['src/main/planted.test.ts', imports('../engine/index.ts')],
  'layer-preload-in-tests': ['src/preload/planted.test.ts', imports('../engine/index.ts')],
  'pure-ring-model': ['src/engine/model/planted.ts', imports('../plan/index.ts')],
  'pure-ring-plan': ['src/engine/plan/planted.ts', imports('../status/index.ts')],
  'pure-ring-conflict': ['src/engine/conflict/planted.ts', imports('../index.ts')],
  'pure-ring-ignore': ['src/engine/ignore/planted.ts', imports('../plan/index.ts')],
  'pure-ring-status': ['src/engine/status/planted.ts', imports('../plan/index.ts')],
  'contract-needs-only-zod': ['src/contract/planted-package.ts', imports('got')],
  'base-needs-nothing': ['src/base/planted-package.ts', imports('zod')],
  'pure-ring-without-node-and-packages': ['src/engine/plan/planted-node.ts', imports('node:path')],
  'rpc-without-node': ['src/rpc/planted-node.ts', imports('node:net')],
  'renderer-layer': ['renderer/planted.ts', imports('../src/engine/index.ts')],
  'renderer-without-node': ['renderer/planted-node.ts', imports('node:fs')],
  'electron-only-in-main-and-preload': ['src/engine/planted-electron.ts', imports('electron')],
  'no-deep-imports': ['src/cli/planted-deep.ts', imports('../host/inner/thing.ts')],
  'no-deep-imports-inside-the-engine': ['src/engine/apply/planted-deep.ts', imports('../local/inner.ts')],
  'no-deep-imports-into-src': ['renderer/planted-deep.ts', imports('../src/contract/inner.ts')],
  'no-cycles': ['src/cloud/planted-cycle-a.ts', imports('./planted-cycle-b.ts')],
  resolvable: ['src/cloud/planted-missing.ts', imports('./nothing-here.ts')],
  'shipped-code-needs-shipped-packages': ['src/engine/planted-package.ts', imports('fast-check')],
  'shipped-code-without-fakes': ['src/engine/apply/planted-fake.ts', imports('../fakes/index.ts')],
  'shipped-code-without-tests': ['src/base/planted-test-import.ts', imports('./planted.test.ts')],
};

/** What the planted files above point at, where the skeleton has nothing yet. */
const targets: Readonly<Record<string, string>> = {
  'src/host/inner/thing.ts': 'export const here = true;\n',
  'src/engine/local/inner.ts': 'export const here = true;\n',
  'src/engine/fakes/index.ts': 'export const here = true;\n',
  'src/contract/inner.ts': 'export const here = true;\n',
  'src/cloud/planted-cycle-b.ts': imports('./planted-cycle-a.ts'),
};

const cruiseReport = z.object({
  modules: z.array(z.unknown()),
  summary: z.object({ violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })) }),
});

const rules = z
  .object({ forbidden: z.array(z.object({ name: z.string() })) })
  .parse(createRequire(import.meta.url)(inProject('.dependency-cruiser.cjs')))
  .forbidden.map((rule) => rule.name);

describe('a planted violation of who may import whom', () => {
  let skeleton: Skeleton;
  let broken: ReadonlySet<string>;

  beforeAll(async () => {
    skeleton = await makeSkeleton();
    const cruise = [scriptOf('dependency-cruiser', 'depcruise'), 'src', 'renderer', '--output-type', 'json'];
    const clean = cruiseReport.parse(JSON.parse((await run(process.execPath, cruise, { cwd: skeleton.root })).stdout));
    expect(clean.summary.violations).toEqual([]);
    expect(clean.modules.length).toBeGreaterThan(10);

    const files = [...Object.entries(targets), ...Object.values(plantedImports)];
    for (const [path, text] of files) await skeleton.plant(path, text);
    const report = cruiseReport.parse(JSON.parse((await run(process.execPath, cruise, { cwd: skeleton.root })).stdout));
    broken = new Set(report.summary.violations.map((violation) => `${violation.rule.name} in ${violation.from}`));
  }, 60_000);

  afterAll(() => skeleton.remove());

  it('is tried for every rule there is', () => {
    expect(Object.keys(plantedImports).sort()).toEqual([...rules].sort());
  });

  it.each(Object.entries(plantedImports))('turns %s red', (rule, [path]) => {
    expect([...broken]).toContain(`${rule} in ${path}`);
  });
});

/** What the compiler must refuse, with the number of its message. */
const plantedTypes: readonly (readonly [what: string, path: string, text: string, code: string])[] = [
  ['process in the pure ring', 'src/engine/plan/planted.ts', 'export const where = process.cwd();\n', 'TS2591'],
  ['node:fs in the pure ring', 'src/engine/model/planted.ts', "export { readFile } from 'node:fs/promises';\n", 'TS2591'],
  ['a Buffer in the contract', 'src/contract/planted.ts', "export const bytes = Buffer.from('');\n", 'TS2591'],
  ['process in the base', 'src/base/planted.ts', 'export const where = process.cwd();\n', 'TS2591'],
  ['document in the engine', 'src/engine/planted.ts', 'export const title = document.title;\n', 'TS2584'],
  ['window in the cloud', 'src/cloud/planted.ts', 'export const width = window.innerWidth;\n', 'TS2304'],
  ['the engine in main', 'src/main/planted.ts', "export { here } from '../engine/index.ts';\n", 'TS6307'],
  ['the cloud in the engine', 'src/engine/planted-cloud.ts', "export { here } from '../cloud/index.ts';\n", 'TS6307'],
  ['the status in the planner', 'src/engine/plan/planted-status.ts', "export { here } from '../status/index.ts';\n", 'TS6307'],
];

describe('a planted violation that the compiler sees', () => {
  let skeleton: Skeleton;
  let said: string;

  beforeAll(async () => {
    skeleton = await makeSkeleton();
    const compile = [scriptOf('typescript', 'tsc'), '-b', '--pretty', 'false'];
    expect(await run(process.execPath, compile, { cwd: skeleton.root })).toMatchObject({ code: 0, stdout: '' });
    for (const [, path, text] of plantedTypes) await skeleton.plant(path, text);
    said = (await run(process.execPath, compile, { cwd: skeleton.root })).stdout;
  }, 120_000);

  afterAll(() => skeleton.remove());

  it.each(plantedTypes)('turns %s red', (_what, path, _text, code) => {
    const about = said.split('\n').filter((line) => line.startsWith(`${path}(`));
    expect(about.join('\n')).toContain(`error ${code}:`);
  });
});
