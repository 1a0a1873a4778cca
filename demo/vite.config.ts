import { defineConfig } from 'vite';

/** `npx vite demo` serves the page, `npx vite build demo` builds it into `build/demo`. */
export default defineConfig({
  base: './',
  worker: { format: 'es' },
  server: { fs: { allow: ['..'] } },
  build: { target: 'es2022', outDir: '../build/demo', emptyOutDir: true },
});
