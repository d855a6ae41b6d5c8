// Bundles what Electron and the browser load: main and preload (CommonJS), and the window. `tsc -b` comes before it.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = join(fileURLToPath(import.meta.url), '..', '..');

// The configurations are loaded as they are: Node reads their types away, and nothing is written into node_modules.
for (const config of ['src/main', 'src/preload', 'renderer']) {
  await build({ configFile: join(root, config, 'vite.config.ts'), configLoader: 'native', logLevel: 'warn' });
}
