/**
 * Who may import whom. The table of docs: contract -> zod; base -> nothing; the rest as listed below. A folder is
 * entered through its index.ts; inside the engine also through an api.ts (the seams its parts meet at).
 */
const tests = '\\.test\\.tsx?$|^src/engine/(scenarios|simulation)/|/testing/|/conformance\\.ts$|/test-[^/]+\\.ts$';
const ring = '^src/engine/(model|plan|conflict|ignore|status)/';

/** folder -> the folders of src it may import, besides itself */
const allowed = {
  contract: [],
  base: [],
  rpc: ['contract', 'base'],
  engine: ['contract', 'base'],
  cloud: ['contract', 'base'],
  host: ['engine', 'cloud', 'rpc', 'contract', 'base'],
  cli: ['host', 'rpc', 'contract', 'base'],
  main: ['rpc', 'contract', 'base'],
  preload: ['rpc', 'contract', 'base'],
};

/** What tests may reach besides: a real cloud behind the engine, a real engine behind a client. */
const allowedInTests = {
  ...allowed,
  rpc: [...allowed.rpc, 'host'],
  engine: [...allowed.engine, 'cloud', 'host', 'rpc'],
  cli: [...allowed.cli, 'engine', 'cloud'],
};

function folderRules(table, suffix, from) {
  return Object.entries(table).map(([folder, others]) => ({
    name: `layer-${folder}${suffix}`,
    severity: 'error',
    comment: `${folder} may import only: ${[folder, ...others].join(', ')}`,
    from: { path: `^src/${folder}/`, ...from },
    to: { path: '^(src|renderer|tools|bench|e2e)/', pathNot: `^src/(${[folder, ...others].join('|')})/` },
  }));
}

/** Which parts of the pure ring each part may use: what its tsconfig.json references. */
const ringAllowed = { model: [], plan: ['model', 'conflict'], conflict: ['model'], ignore: ['model'], status: ['model'] };

const ringRules = Object.entries(ringAllowed).map(([part, others]) => ({
  name: `pure-ring-${part}`,
  severity: 'error',
  comment: 'The pure ring takes values and returns values: nothing of the engine outside of it, and in it only what is listed',
  from: { path: `^src/engine/${part}/`, pathNot: tests },
  to: { path: '^src/engine/', pathNot: `^src/engine/(${[part, ...others].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...folderRules(allowed, '', { pathNot: tests }),
    ...folderRules(allowedInTests, '-in-tests', {}),
    ...ringRules,
    {
      name: 'contract-needs-only-zod',
      severity: 'error',
      from: { path: '^src/contract/', pathNot: tests },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'npm-optional', 'core'], pathNot: '(^|/)node_modules/zod/' },
    },
    {
      name: 'base-needs-nothing',
      severity: 'error',
      from: { path: '^src/base/', pathNot: tests },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'npm-optional', 'core'] },
    },
    {
      name: 'pure-ring-without-node-and-packages',
      severity: 'error',
      from: { path: ring, pathNot: tests },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'npm-optional', 'core'] },
    },
    {
      name: 'rpc-without-node',
      severity: 'error',
      comment: 'The protocol runs over an abstract port, in a window as well as in Node',
      from: { path: '^src/rpc/', pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'renderer-layer',
      severity: 'error',
      comment: 'rpc because the page is a client of the protocol when a browser shows it (docs/decisions/0002)',
      from: { path: '^renderer/' },
      to: { path: '^(src|tools|bench|e2e)/', pathNot: '^src/(contract|base|rpc)/' },
    },
    {
      name: 'renderer-without-node',
      severity: 'error',
      from: { path: '^renderer/', pathNot: tests + '|vite\\.config' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'electron-only-in-main-and-preload',
      severity: 'error',
      from: { path: '^(src|renderer)/', pathNot: '^src/(main|preload)/' },
      to: { path: '(^|/)node_modules/electron/|^electron$' },
    },
    {
      name: 'no-deep-imports',
      severity: 'error',
      comment: 'Enter another folder through its index.ts',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/([^/]+)/', pathNot: '^src/$1/|^src/[^/]+/index\\.ts$|^src/(engine/fakes|cloud/testing)/index\\.ts$' },
    },
    {
      name: 'no-deep-imports-inside-the-engine',
      severity: 'error',
      comment: 'Enter another part of the engine through its index.ts or api.ts',
      from: { path: '^src/engine/([^/]+)/', pathNot: tests },
      to: { path: '^src/engine/[^/]+/.', pathNot: '^src/engine/$1/|^src/engine/.+/(index|api)\\.ts$|^src/engine/fakes/' },
    },
    {
      name: 'no-deep-imports-into-src',
      severity: 'error',
      comment:
        'start-app and build-state run from the source, before there is a build; they are doors of their own, and so are the parts that are measured alone',
      from: { path: '^(renderer|tools|bench|e2e)/' },
      to: {
        path: '^src/',
        pathNot:
          '^src/[^/]+/index\\.ts$|^src/(engine/fakes|cloud/testing)/index\\.ts$|^src/host/(start-app|build-state)\\.ts$|^src/engine/(model|plan|store)/index\\.ts$',
      },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Types may refer to each other in a circle: nothing of that is left when the code runs',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'shipped-code-needs-shipped-packages',
      severity: 'error',
      comment: 'What runs at a user must be in dependencies; the renderer and main are bundled and may use devDependencies',
      from: { path: '^src/(contract|base|rpc|engine|cloud|host|cli)/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'shipped-code-without-fakes',
      severity: 'error',
      from: { path: '^src/', pathNot: `${tests}|^src/engine/fakes/` },
      to: { path: '^src/engine/fakes/' },
    },
    {
      name: 'shipped-code-without-tests',
      severity: 'error',
      from: { path: '^(src|renderer)/', pathNot: `${tests}|^src/engine/fakes/` },
      to: { path: tests },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^out/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.lint.json' },
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
