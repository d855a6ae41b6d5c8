import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// A sandboxed preload script is one CommonJS file that may require nothing but Electron.
export default defineConfig({
  root: here('.'),
  publicDir: false,
  build: {
    outDir: here('../../out/preload'),
    emptyOutDir: false,
    target: 'chrome114',
    minify: false,
    lib: { entry: here('./index.ts'), formats: ['cjs'], fileName: () => 'index.cjs' },
    // Of the contract only constants are used here; its schemas stay out.
    rollupOptions: { external: ['electron'], treeshake: { moduleSideEffects: false } },
  },
});
