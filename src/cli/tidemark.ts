#!/usr/bin/env node
// Nothing is imported before the check: an older Node would fail on the import, with a page of words.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 22)) {
  process.stderr.write(`tidemark: Node ${process.versions.node} is too old; Tidemark needs 22.22 or newer. [node_too_old]\n`);
  process.exit(2);
}
const { main } = await import('./main.ts');
await main();

export {};
