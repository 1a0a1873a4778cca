import { EmgpuError } from '../../errors.ts';
import { MAX_FEATURES } from '../points.ts';

/** A column that a file offers. */
export interface OfferedColumn {
  readonly name: string;
  /** The type, in the file's own words, for messages. */
  readonly type: string;
  /** Whether its cells can become numbers at all. */
  readonly readable: boolean;
  /** Whether it is taken when no columns are named. */
  readonly byDefault: boolean;
}

/** Columns in which pandas keeps row labels; they are taken only when named. */
export const ROW_LABELS = /^__index_level_\d+__$/;

const LISTED = 10;

/**
 * The places, in `offered`, of the wanted columns in the order wanted, or of all that are taken by default.
 * Throws `missing-column`, `not-a-number` (a column without numbers, or none with any), `invalid-option` (none named, or
 * one named twice) and `too-many-features`.
 */
export function chooseColumns(
  file: string,
  offered: readonly OfferedColumn[],
  wanted: readonly string[] | undefined,
): number[] {
  const chosen = wanted ? wanted.map((name) => findColumn(file, offered, name)) : defaults(file, offered);
  if (chosen.length === 0 || new Set(chosen).size < chosen.length) {
    throw new EmgpuError(
      'invalid-option',
      `columns must name at least one column and none twice, got [${wanted?.join(', ')}].`,
      'Name each column once, or leave columns out to take all that hold numbers.',
    );
  }
  if (chosen.length > MAX_FEATURES) {
    throw new EmgpuError(
      'too-many-features',
      `${file} has ${chosen.length} columns of numbers; at most ${MAX_FEATURES} features are supported.`,
      'Name the columns to take, or reduce the dimension first, for instance by principal components.',
    );
  }
  return chosen;
}

function findColumn(file: string, offered: readonly OfferedColumn[], name: string): number {
  const at = offered.findIndex((column) => column.name === name);
  const column = offered[at];
  if (!column) {
    throw new EmgpuError(
      'missing-column',
      `${file} has no column "${name}"; it has ${listNames(offered.map((c) => c.name))}.`,
      'Choose among these (upper and lower case matter).',
    );
  }
  if (!column.readable) {
    throw new EmgpuError(
      'not-a-number',
      `Column "${name}" of ${file} holds ${column.type}, not numbers.`,
      'Choose columns of numbers.',
    );
  }
  return at;
}

function defaults(file: string, offered: readonly OfferedColumn[]): number[] {
  const chosen = offered.flatMap((column, i) => (column.byDefault ? [i] : []));
  if (chosen.length > 0) return chosen;
  throw new EmgpuError(
    'not-a-number',
    `${file} has no column of numbers; it has ${listNames(offered.map((c) => `${c.name} (${c.type})`))}.`,
    'Give a file with at least one column of numbers.',
  );
}

function listNames(names: readonly string[]): string {
  const rest = names.length - LISTED;
  return names.slice(0, LISTED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
