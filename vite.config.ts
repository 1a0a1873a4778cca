import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

const { dependencies, optionalDependencies, version } = JSON.parse(readFileSync('package.json', 'utf8'));

/** Builds the library: two entries, the command, and the two worker scripts that the entries start. */
export default defineConfig({
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
        'cpu-worker-web': 'src/backends/cpu/worker-web.ts',
      },
    },
    rolldownOptions: {
      external: [/^node:/, ...Object.keys({ ...dependencies, ...optionalDependencies }).map((name) => new RegExp(`^${name}($|/)`))],
      output: {
        chunkFileNames: 'chunks/[name]-[hash].js',
        banner: (chunk) => (chunk.name === 'cli' ? '#!/usr/bin/env node' : ''),
      },
    },
  },
});
