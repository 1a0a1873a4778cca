import { EmgpuError } from '../errors.ts';

/** The names of all options of a type: one that is left out, or that the type does not have, does not compile. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>;

/** Throws `invalid-option` for options of other names: a misspelt one would go unnoticed. */
export function checkOptionNames(options: object, names: Readonly<Record<string, true>>, prefix = ''): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(names, name));
  if (unknown === undefined) return;
  throw new EmgpuError(
    'invalid-option',
    `There is no option ${prefix}${unknown}.`,
    `There are ${Object.keys(names).join(', ')}.`,
  );
}
