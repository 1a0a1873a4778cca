import { EmgpuError } from '../../errors.ts';

/**
 * Writes out what stands between `#each name SIZE` and its `#end`, each on a line of its own, once for each number below the size, with
 * the number in the place of `{name}`. A size is a constant or a number, which may be that of an outer `#each`. What compilers find in
 * arrays they may leave in memory; variables of their own stay in registers.
 *
 * Throws `shader-error` where a size is neither, or an `#end` is missing.
 */
export function unroll(lines: readonly string[], constants: Readonly<Record<string, number>>): string[] {
  const out: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const each = /^#each (\w+) (\w+)$/.exec(lines[i]!);
    if (!each) {
      out.push(lines[i]!);
      continue;
    }
    const [line, name, size] = each;
    const count = constants[size!] ?? Number(size);
    const end = endOf(lines, i);
    if (!Number.isInteger(count) || end < 0) {
      throw new EmgpuError(
        'shader-error',
        `A shader says "${line}"${end < 0 ? ' without an #end' : `, and ${size} is no size`}.`,
        `Close it, and name one of ${Object.keys(constants).join(', ')}.`,
      );
    }
    const body = lines.slice(i + 1, end);
    for (let at = 0; at < count; at++) {
      out.push(
        ...unroll(
          body.map((one) => one.replaceAll(`{${name}}`, `${at}`)),
          constants,
        ),
      );
    }
    i = end;
  }
  return out;
}

/** The line with the `#end` of the `#each` on line `begin`; -1 without. */
function endOf(lines: readonly string[], begin: number): number {
  let depth = 0;
  return lines.findIndex((line, i) => {
    if (i < begin) return false;
    depth += line.startsWith('#each ') ? 1 : line === '#end' ? -1 : 0;
    return depth === 0;
  });
}
