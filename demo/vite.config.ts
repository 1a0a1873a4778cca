import { defineConfig, type Plugin } from 'vite';

/** package.json lists the side effects of what is published; here the entry is taken from its source. */
const keepEntry: Plugin = {
  name: 'keep-entry',
  transform: (code, id) => (id.endsWith('/src/index.ts') ? { code, map: null, moduleSideEffects: true } : undefined),
};

/** `npx vite demo` serves the page, `npx vite build demo` builds it into `build/demo`. */
export default defineConfig({
  base: './',
  plugins: [keepEntry],
  worker: { format: 'es' },
  server: { fs: { allow: ['..'] } },
  build: { target: 'es2022', outDir: '../build/demo', emptyOutDir: true },
});
