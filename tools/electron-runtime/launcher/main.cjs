// What a packaged Electron lacks and a development one has: opening the app whose folder stands on the command line.
// Lies in the test runtime as resources/app.
const { app } = require('electron');
const { readFileSync } = require('node:fs');
const { resolve, join } = require('node:path');

const argument = process.argv.slice(1).find((word) => !word.startsWith('-'));
if (argument === undefined) {
  console.error('usage: electron [options] APP-FOLDER');
  app.exit(2);
} else {
  const folder = resolve(argument);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  app.setName(manifest.productName ?? manifest.name);
  app.setVersion(manifest.version ?? '0.0.0');
  app.setAppPath(folder);
  require(join(folder, manifest.main ?? 'index.js'));
}
