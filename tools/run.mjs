#!/usr/bin/env node
// The door of every script of package.json. Plain JavaScript that an old Node can read, so that it can say what is wrong.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 22)) {
  console.error(
    `Tidemark's tools need Node 22.22 or newer, and this is ${process.versions.node}: run them through npm after a plain "npm ci", which brings Node 24 along.`,
  );
  process.exit(2);
}

const scripts = new Map([
  ['bench', '../bench/main.ts'],
  ['build', './build.ts'],
  ['check', './check/main.ts'],
  ['demo', './demo/main.ts'],
  ['docs', './docs/main.ts'],
  ['electron-runtime', './electron-runtime/main.ts'],
  ['scenarios', './scenarios/main.ts'],
  ['simulate', './simulate.ts'],
  ['start', '../src/host/start-app.ts'],
  ['test', './test/main.ts'],
  ['translations', './translations/main.ts'],
]);

const [name = '', ...rest] = process.argv.slice(2);
const script = scripts.get(name);
if (script === undefined) {
  console.error(`There is no script "${name}". There are: ${[...scripts.keys()].join(', ')}.`);
  process.exit(2);
}
try {
  const { main } = await import(script);
  process.exitCode = await main(rest);
} catch (error) {
  console.error(process.env.TIDEMARK_LOG === 'debug' ? error : `${name}: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
