import { Option } from 'commander';
import Papa from 'papaparse';
import { type BackendChoice, EmgpuError, type FileFormat } from '../node.ts';

/** What is done with rows that have missing values. */
export type MissingChoice = 'error' | 'drop' | 'em';

/** Where points are read from. */
export interface InputOptions {
  readonly columns?: string[];
  readonly weightsColumn?: string;
  readonly format?: FileFormat;
  readonly header?: 'yes' | 'no';
  readonly missing: MissingChoice;
}

/** Whether the file is read once into memory, or again for every pass. */
export interface StreamOptions {
  readonly stream?: true;
  readonly chunkRows?: number;
}

/** Where the work is done. */
export interface ComputeOptions {
  readonly backend: BackendChoice;
  readonly tune: boolean;
}

/** The options that the commands that fit share. */
export interface FittingOptions extends InputOptions, StreamOptions, ComputeOptions {
  readonly init: string;
  readonly restarts: number;
  readonly seed: number;
  readonly tol: number;
  readonly maxIter: number;
  readonly out?: string;
  readonly labels?: string;
  readonly report?: string;
  readonly json?: true;
}

export const columnsOption = () =>
  new Option(
    '--columns <names>',
    'columns to use, separated by commas; quote a name that holds one: \'"a,b",c\' (default: all number columns)',
  ).argParser(names('--columns'));

export const weightsOption = () =>
  new Option('--weights-column <name>', 'column of row weights, numbers from 0 on; it is no feature');

export const formatOption = () =>
  new Option('--format <format>', 'format of the file (default: by its name and first bytes)').choices([
    'csv',
    'tsv',
    'parquet',
    'arrow',
    'npy',
  ]);

/** Whether the first row of a text file holds names; undefined: told by its cells. */
export function hasHeader({ header }: Pick<InputOptions, 'header'>): boolean | undefined {
  return header && header === 'yes';
}

export const headerOption = () =>
  new Option(
    '--header <is>',
    'whether the first row of a text file holds names (default: if a cell is text, or if they are 0, 1, 2, …)',
  ).choices(['yes', 'no']);

const MISSING_HELP: Readonly<Record<MissingChoice, string>> = {
  error: 'error: stop',
  drop: 'drop: leave them out and count them',
  em: 'em: take what they have into account',
};

/** The option on rows with an empty cell or NaN, with the choices that the command understands. */
export const missingOption = (choices: readonly MissingChoice[]) =>
  new Option(
    '--missing <what>',
    `rows with an empty cell or NaN: ${choices.map((choice) => MISSING_HELP[choice]).join('; ')}`,
  )
    .choices(choices)
    .default('error');

export const streamOptions = () => [
  new Option('--stream', 'read the file again for every pass instead of keeping it: for more rows than memory holds'),
  new Option(
    '--chunk-rows <n>',
    'rows in memory at once, about three times; implies --stream (default: 16 MiB of float32)',
  )
    .argParser(wholeNumber('--chunk-rows', 1, '1000000'))
    .implies({ stream: true }),
];

export const backendOption = () =>
  new Option('--backend <backend>', 'where to compute; auto takes a hardware GPU, else the CPU')
    .choices(['auto', 'webgpu', 'cpu'])
    .default('auto');

export const tuneOption = () =>
  new Option(
    '--no-tune',
    'on a GPU, take the default variants of the kernels: neither time others nor look up the fastest',
  );

export const seedOption = () =>
  new Option('--seed <seed>', 'seed of every random choice').argParser(wholeNumber('--seed', 0)).default(0);

export const restartsOption = (byDefault: number) =>
  new Option('--restarts <n>', 'starts to try; the best one is kept, and those that collapsed are refused')
    .argParser(wholeNumber('--restarts', 1))
    .default(byDefault);

/** A parser for whole numbers from `least` on. */
export function wholeNumber(flag: string, least: number, example = `${Math.max(least, 1)}`): (text: string) => number {
  return (text) => {
    const value = toNumber(text);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw invalid(flag, `a whole number from ${least} on`, text, example);
  };
}

/** A parser for finite numbers from 0 on. */
export function nonNegative(flag: string, example: string): (text: string) => number {
  return (text) => {
    const value = toNumber(text);
    if (Number.isFinite(value) && value >= 0) return value;
    throw invalid(flag, 'a number from 0 on', text, example);
  };
}

/** A parser for numbers between 0 and 1, neither included. */
export function share(flag: string, example: string): (text: string) => number {
  return (text) => {
    const value = toNumber(text);
    if (value > 0 && value < 1) return value;
    throw invalid(flag, 'a number between 0 and 1', text, example);
  };
}

/** A list may hold at most this many numbers, so that a slip such as 1:1e9 does not fill the memory. */
const LONGEST_LIST = 4096;

/** A parser for whole numbers from 1 on, as a list of numbers and ranges: `1:9`, `2,4,8`, `1:4,8`. Ascending, none twice. */
export function numberList(flag: string): (text: string) => number[] {
  return (text) => {
    const wanted = 'whole numbers from 1 on, as a range (lowest first) or a list';
    const refuse = () => invalid(flag, wanted, text, '1:9 or 2,4,8');
    const list = text.split(',').flatMap((part) => {
      const [from = Number.NaN, to = from, ...rest] = part.split(':').map((end) => toNumber(end.trim()));
      const isRange = Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 1 && to >= from;
      if (!isRange || rest.length > 0 || to - from >= LONGEST_LIST) throw refuse();
      return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    });
    return [...new Set(list)].sort((a, b) => a - b);
  };
}

/** A parser for some of the words in `known`, separated by commas, in that order; `all` means all of them if that is allowed. */
export function wordList<Word extends string>(flag: string, known: readonly Word[], allowAll: boolean) {
  return (text: string): Word[] => {
    const words = text.split(',').map((word) => word.trim());
    if (allowAll && words.length === 1 && words[0] === 'all') return [...known];
    const unknown = words.find((word) => !(known as readonly string[]).includes(word));
    if (unknown === undefined) return known.filter((word) => words.includes(word));
    const wanted = `some of ${known.join(', ')}, separated by commas${allowAll ? ', or all' : ''}`;
    throw invalid(flag, wanted, unknown, known.slice(0, 2).join(','));
  };
}

/** A parser for different names by the rules of CSV, so that a name may be quoted. */
function names(flag: string): (text: string) => string[] {
  return (text) => {
    const list = (Papa.parse<string[]>(text).data[0] ?? []).map((name) => name.trim());
    if (list.length === 0 || list.includes('') || new Set(list).size < list.length) {
      throw invalid(flag, 'different names separated by commas', text, 'delay,distance');
    }
    return list;
  };
}

/** As `Number`, but empty text (for which that gives 0) and hexadecimal numbers give NaN. */
function toNumber(text: string): number {
  return /^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

function invalid(flag: string, wanted: string, got: string, example: string): EmgpuError {
  return new EmgpuError(
    'invalid-option',
    `${flag} must be ${wanted}, got "${got}".`,
    `Write for instance ${flag} ${example}.`,
  );
}
