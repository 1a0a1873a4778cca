import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** An app of its own, where `emgpu` is an installed package: inside this one it would be this one. */
export interface App {
  readonly folder: string;
  /** The package's files: as `npm run build` makes them, but for the types. */
  readonly dist: string;
  readonly chunks: readonly Rolldown.OutputChunk[];
}

/** Builds the package and installs it into `build/<name>/`, which is made anew. */
export async function installPackage(name: string): Promise<App> {
  const folder = `${ROOT}build/${name}/`;
  const installed = `${folder}node_modules/emgpu/`;
  const dist = `${installed}dist/`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(installed, { recursive: true });
  const built = await build({
    root: ROOT,
    configFile: `${ROOT}vite.config.ts`,
    logLevel: 'error',
    build: { outDir: dist },
  });
  const outputs = (Array.isArray(built) ? built : [built]) as Rolldown.RolldownOutput[];
  cpSync(`${ROOT}package.json`, `${installed}package.json`);
  writeFileSync(`${folder}package.json`, '{ "private": true, "type": "module" }');
  return { folder, dist, chunks: outputs.flatMap(({ output }) => output).filter((file) => file.type === 'chunk') };
}
