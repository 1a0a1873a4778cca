import { createRequire } from 'node:module';

/** The version in package.json, asked by the package's own name so that it is found from `src/` and from `dist/` alike. */
export function emgpuVersion(): string {
  return createRequire(import.meta.url)('emgpu/package.json').version;
}
