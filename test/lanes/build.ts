import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';
import { chooseSeed } from './seed.ts';

const ENTRIES = ['node', 'deno', 'browser', 'puppeteer'] as const;

/** Bundles what the lane processes and the browsers' pages run into `build/lanes/`, as ES modules. */
async function buildLanes(): Promise<void> {
  const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
  await build({
    configFile: false,
    root: path('../..'),
    logLevel: 'warn',
    publicDir: false,
    build: {
      outDir: path('../../build/lanes'),
      emptyOutDir: true,
      target: 'es2023',
      minify: false,
      sourcemap: true,
      modulePreload: false,
      rolldownOptions: {
        input: Object.fromEntries(ENTRIES.map((name) => [name, path(`entries/${name}.ts`)])),
        // What runs in Node brings its packages along; the cases themselves must need nothing but the browser.
        external: [/^node:/, 'webgpu', 'puppeteer'],
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: '[name].js' },
      },
    },
  });
}

/** vitest's global set-up for the project `lanes`. */
export default async function setup(project: TestProject): Promise<void> {
  const seed = chooseSeed();
  project.provide('laneSeed', seed);
  console.log(`Lanes: seed ${seed} (EMGPU_SEED=${seed} repeats this run)`);
  project.onTestsRerun(buildLanes);
  await buildLanes();
}

declare module 'vitest' {
  interface ProvidedContext {
    laneSeed: number;
  }
}
