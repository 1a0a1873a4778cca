import { fileURLToPath } from 'node:url';
import { build, preview } from 'vite';
import type { TestProject } from 'vitest/node';
import { chooseSeed } from '../lanes/seed.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the built pages are served. */
    readonly lab: string;
    /** Of what each browser does, where one of two is enough. */
    readonly pagesSeed: number;
  }
}

const CONFIG = fileURLToPath(new URL('../../demo/vite.config.ts', import.meta.url));

/** Builds the pages once, unless `npm test` just has, and serves them to all page tests. */
export default async function serve(project: TestProject): Promise<() => Promise<void>> {
  if (!process.env.EMGPU_BUILT) await build({ configFile: CONFIG, logLevel: 'error' });
  const server = await preview({ configFile: CONFIG, preview: { host: '127.0.0.1', port: 0 } });
  const seed = chooseSeed();
  console.log(`Pages: seed ${seed} (EMGPU_SEED=${seed} repeats which browser does what)`);
  project.provide('pagesSeed', seed);
  project.provide('lab', server.resolvedUrls!.local[0]!);
  return () => server.close();
}
