import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Imports a peer with the types that the caller names: the packages are not installed where the types of this repository
 * are checked.
 */
export async function load<T>(name: string): Promise<T> {
  return (await import(name)) as T;
}

/** Where a file of a peer lies, exported or not. */
export function pathOf(name: string, file: string): string {
  const folder = require.resolve.paths(name)!.find((path) => path.endsWith('peers/node_modules'));
  return `${folder}/${name}/${file}`;
}

/** For example `ml-kmeans 7.0.1`. */
export function versionOf(name: string): string {
  return `${name} ${JSON.parse(readFileSync(pathOf(name, 'package.json'), 'utf8')).version}`;
}
