import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Bundle {
  readonly to: string;
  /** Names to paths below {@link root}, or to packages. */
  readonly input: Readonly<Record<string, string>>;
  readonly output?: Rolldown.OutputOptions;
  /** Which imports stay as they are, beside Node's own and `webgpu`, which has a binary. */
  readonly external?: (id: string) => boolean;
  readonly root?: string;
  readonly minify?: boolean;
}

/** Builds scripts for Node that need no packages besides those named. */
export async function bundle({ to, input, output, external, root = ROOT, minify = false }: Bundle): Promise<void> {
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true, external: ['webgpu'] },
    build: {
      ssr: true,
      outDir: to,
      emptyOutDir: false,
      target: 'node20',
      minify,
      rolldownOptions: {
        input: { ...input },
        ...(external && { external }),
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js', ...output },
      },
    },
  });
}

export function writePackage(folder: string, contents: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ type: 'module', ...contents }, null, 2)}\n`);
}

/** The package of an import, for example `@jax-js/jax` of `@jax-js/jax/deep/inside`. */
export const packageOf = (id: string) => id.split('/', id.startsWith('@') ? 2 : 1).join('/');

/** Puts packages into a `node_modules`, one file for each import and what they share, in place of all that npm installs. */
export async function bundlePackages(to: string, from: string, imports: readonly string[]): Promise<void> {
  if (imports.length === 0) return;
  const input = Object.fromEntries(imports.map((id) => [`${id}/index`, id]));
  await bundle({ root: from, to, input, output: { chunkFileNames: 'shared/[name]-[hash].js' }, minify: true });
  // Node looks for the kind of a module in its package.
  writePackage(join(to, 'shared'), {});
  for (const name of new Set(imports.map(packageOf))) {
    const { version, license } = JSON.parse(readFileSync(join(from, 'node_modules', name, 'package.json'), 'utf8'));
    const inside = imports.filter((id) => packageOf(id) === name).map((id) => id.slice(name.length));
    const exports = Object.fromEntries(inside.map((path) => [`.${path}`, `.${path}/index.js`]));
    writePackage(join(to, name), { name, version, license, exports });
  }
}
