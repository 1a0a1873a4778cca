import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

const { dependencies, optionalDependencies, version } = JSON.parse(readFileSync('package.json', 'utf8'));

/** Builds the library: two entries, the command, and the worker scripts that the entries start. */
export default defineConfig({
  base: './',
  worker: { format: 'es' },
  define: { EMGPU_VERSION: JSON.stringify(version) },
  build: {
    target: 'es2022',
    outDir: 'dist',
    minify: false,
    sourcemap: true,
    lib: {
      formats: ['es'],
      entry: {
        index: 'src/index.ts',
        node: 'src/node.ts',
        cli: 'src/cli/main.ts',
        'cpu-worker-node': 'src/backends/cpu/worker-node.ts',
        'file-store': 'src/backends/file-store.ts',
      },
    },
    rolldownOptions: {
      external: [
        /^node:/,
        ...Object.keys({ ...dependencies, ...optionalDependencies }).map((name) => new RegExp(`^${name}($|/)`)),
      ],
      output: {
        // Flat: workers are found beside the file that starts them.
        chunkFileNames: '[name]-[hash].js',
        banner: (chunk) => (chunk.name === 'cli' ? '#!/usr/bin/env node' : ''),
      },
    },
  },
});
