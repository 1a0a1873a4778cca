import { EmgpuError } from '../../errors.ts';
import { MAX_FEATURES } from '../points.ts';
import type { LeftOutColumn } from '../table.ts';
import type { ReadRequest } from './source.ts';

/** A column that a file offers. */
export interface OfferedColumn {
  readonly name: string;
  /** The type, in the file's own words, for messages. */
  readonly type: string;
  /** Whether its cells can become numbers at all. */
  readonly readable: boolean;
  /** Whether it is taken when no columns are named. */
  readonly byDefault: boolean;
  /** Why it is not taken by default, to complete the sentence "it was left out: …"; default: what it holds. */
  readonly why?: string | undefined;
  /** Whether some of its cells are numbers. */
  readonly hasNumbers?: boolean;
}

/** Which columns are read. */
export interface ChosenColumns {
  /** Places of the columns in the file: D features in the order wanted and then, where there are weights, the column of weights. */
  readonly places: readonly number[];
  /** The names at these places. */
  readonly labels: readonly string[];
  /** Whether the last column holds weights. */
  readonly weighted: boolean;
  /** Columns that are not taken; empty where columns were named. */
  readonly leftOut: readonly LeftOutColumn[];
}

/** Columns in which pandas keeps row labels; they are taken only when named. */
export const ROW_LABELS = /^__index_level_\d+__$/;

const LISTED = 10;

/**
 * The wanted columns among `offered`, in the order wanted, or all that are taken by default, and the column of weights.
 * Throws `missing-column`, `not-a-number` (a column without numbers, or none with any), `invalid-option` (none named, one
 * named twice, or the weights named among them) and `too-many-features`.
 */
export function chooseColumns(offered: readonly OfferedColumn[], request: ReadRequest): ChosenColumns {
  const { name: file, columns: wanted, weightsColumn } = request;
  const weights = weightsColumn === undefined ? [] : [findColumn(file, offered, weightsColumn)];
  const chosen = wanted
    ? wanted.map((name) => findColumn(file, offered, name))
    : defaults(file, offered).filter((place) => !weights.includes(place));
  checkChoice(request, chosen, weights);
  const places = [...chosen, ...weights];
  const leftOut = wanted ? [] : offered.filter((_, place) => !places.includes(place)).map(toLeftOut);
  return { places, labels: places.map((place) => offered[place]!.name), weighted: weights.length > 0, leftOut };
}

function toLeftOut({ name, type, why = `it holds ${type}`, hasNumbers = false }: OfferedColumn): LeftOutColumn {
  return { name, why, hasNumbers };
}

function checkChoice(request: ReadRequest, chosen: number[], weights: number[]): void {
  const { name: file, columns, weightsColumn, survey } = request;
  if (columns && (chosen.length === 0 || new Set(chosen).size < chosen.length)) {
    throw new EmgpuError(
      'invalid-option',
      `columns must name at least one column and none twice, got [${columns.join(', ')}].`,
      'Name each column once, or leave columns out to take all that hold numbers.',
    );
  }
  if (chosen.some((place) => weights.includes(place))) {
    throw new EmgpuError(
      'invalid-option',
      `Column "${weightsColumn}" is named both among the columns and as weightsColumn.`,
      'Name it once: weights are no feature.',
    );
  }
  if (chosen.length === 0) {
    throw new EmgpuError(
      'not-a-number',
      `${file} has no column of numbers besides the weights, "${weightsColumn}".`,
      'Give a file with at least one more column of numbers.',
    );
  }
  if (chosen.length > MAX_FEATURES && !survey) {
    throw new EmgpuError(
      'too-many-features',
      `${file} has ${chosen.length} columns of numbers; at most ${MAX_FEATURES} features are supported.`,
      'Name the columns to take, or reduce the dimension first, for instance by principal components.',
    );
  }
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
      'Choose columns of numbers, each with a name of its own.',
    );
  }
  return at;
}

function defaults(file: string, offered: readonly OfferedColumn[]): number[] {
  const chosen = offered.flatMap((column, i) => (column.byDefault ? [i] : []));
  if (chosen.length > 0) return chosen;
  throw new EmgpuError(
    'not-a-number',
    `${file} has no column of numbers; it has ${listNames(offered.map(({ name, type, why = type }) => `${name} (${why})`))}.`,
    'Give a file with at least one column of numbers; in text decimals take a point, and commas, tabs, bars or semicolons separate cells.',
  );
}

function listNames(names: readonly string[]): string {
  const rest = names.length - LISTED;
  return names.slice(0, LISTED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
