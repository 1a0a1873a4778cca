/** The files beside a chunk that it names by `new URL('name', import.meta.url)` and that are not among `present`. */
export function missingNeighbours(code: string, present: readonly string[]): string[] {
  const literals = code.matchAll(/new URL\(\s*(?:\/\*.*?\*\/\s*)?["'`]([^"'`$]+)["'`],\s*import\.meta\.url\s*\)/g);
  const names = [...literals].map(([, name]) => name!.replace(/^\.\//, ''));
  return [...new Set(names)].filter((name) => !present.includes(name));
}
