import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

const here = (file: string) => `${import.meta.dirname}/${file}`;
const { version } = JSON.parse(readFileSync(here('../package.json'), 'utf8'));

const PAGES = ['index.html', 'lessons.html', 'bench.html', 'embed/three.html', 'embed/plot.html'];

/** The Lab. `npm run lab` serves it, `npm run build` makes static files of it in `build/lab`, for any host and any path. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  worker: { format: 'es' },
  define: { EMGPU_VERSION: JSON.stringify(version) },
  // Pages import the package by its name, as any app would; here that is the sources.
  resolve: { alias: [{ find: /^emgpu$/, replacement: here('../src/index.ts') }] },
  server: { fs: { allow: ['..'] } },
  build: {
    ...{ target: 'es2022', outDir: here('../build/lab'), emptyOutDir: true },
    rolldownOptions: { input: PAGES.map(here) },
  },
});
