import { defineConfig, mergeConfig } from 'vite';
import lab from '../../../demo/vite.config.ts';

const here = (file: string) => `${import.meta.dirname}/${file}`;
const { build: _, ...shared } = lab;

/** Pages that only tests open. */
export default defineConfig(
  mergeConfig(shared, {
    root: import.meta.dirname,
    server: { fs: { allow: [here('../../..')] } },
    build: {
      ...{ target: 'es2022', outDir: here('../../../build/lab-pages'), emptyOutDir: true },
      rolldownOptions: { input: [here('view.html')] },
    },
  }),
);
