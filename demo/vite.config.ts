import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

const { version } = JSON.parse(readFileSync(`${import.meta.dirname}/../package.json`, 'utf8'));

/** `npx vite demo` serves the pages (the benchmark is `/bench.html`), `npx vite build demo` builds them into `build/demo`. */
export default defineConfig({
  base: './',
  worker: { format: 'es' },
  define: { EMGPU_VERSION: JSON.stringify(version) },
  // What shares code with the Node benchmark imports the package by its name; here that is the sources.
  resolve: { alias: [{ find: /^emgpu$/, replacement: `${import.meta.dirname}/../src/index.ts` }] },
  server: { fs: { allow: ['..'] } },
  build: {
    ...{ target: 'es2022', outDir: '../build/demo', emptyOutDir: true },
    rolldownOptions: { input: ['index.html', 'bench.html'].map((name) => `${import.meta.dirname}/${name}`) },
  },
});
