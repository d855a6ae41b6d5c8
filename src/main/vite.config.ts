import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// CommonJS and Node 18: what the Electron of the end-to-end tests can load. Newer ones load it too.
export default defineConfig({
  root: here('.'),
  publicDir: false,
  resolve: { conditions: ['node', 'import', 'default'] },
  build: {
    outDir: here('../../out/main'),
    // `tsc -b` writes there too.
    emptyOutDir: false,
    target: 'node18',
    minify: false,
    sourcemap: true,
    lib: { entry: here('./index.ts'), formats: ['cjs'], fileName: () => 'index.cjs' },
    rollupOptions: { external: ['electron', ...builtinModules, ...builtinModules.map((name) => `node:${name}`)] },
  },
});
