import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

const { dependencies, optionalDependencies, version } = JSON.parse(readFileSync('package.json', 'utf8'));

/** Leaves the comments of shaders out, which are a third of their text: no bundler can, as it takes them for strings. */
const terseShaders: Plugin = {
  name: 'terse-shaders',
  enforce: 'pre',
  load: {
    filter: { id: /\.wgsl\?raw$/ },
    handler(id) {
      const text = readFileSync(id.replace(/\?raw$/, ''), 'utf8');
      const code = `export default ${JSON.stringify(text.replace(/^\s*(\/\/.*)?\n/gm, ''))}`;
      return { code, map: { mappings: '' } };
    },
  },
};

/** Builds the library: two entries, the command, and the scripts of threads that Node and Deno start; that of browsers is a text in the entry. */
export default defineConfig({
  base: './',
  plugins: [terseShaders],
  // A text in the entry, which bundlers cannot make smaller.
  worker: { format: 'es', rolldownOptions: { output: { minify: true } } },
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
        'reader-node': 'src/data/apart/reader-node.ts',
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
