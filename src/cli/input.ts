import { basename } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { blob } from 'node:stream/consumers';
import { readTable as readSource } from '../data/readers/index.ts';
import { detectFormat, type FileSource } from '../data/readers/source.ts';
import {
  EmgpuError,
  type FileFormat,
  type HostPoints,
  type LeftOutColumn,
  openStream,
  type PointStream,
  readTable,
} from '../node.ts';
import type { AnyModel } from './models.ts';
import { count } from './numbers.ts';
import { hasHeader, type InputOptions, type MissingChoice, type StreamOptions } from './options.ts';
import type { ProgressBar } from './terminal/progress.ts';

/** A file of points, opened. */
export interface Source<P = HostPoints | PointStream> {
  /** The file's name, without its folder. */
  readonly file: string;
  readonly points: P;
  readonly featureNames: readonly string[];
  /** Columns that were not taken because they hold text. */
  readonly leftOut: readonly LeftOutColumn[];
  /** How many rows were left out; 0 for a stream, where it is unknown. */
  readonly nDropped: number;
  /** How many rows have missing values and were kept. */
  readonly nGaps: number;
  /** The row in the file, counted from 0, of every point, when rows were dropped. */
  readonly rowNumbers?: Uint32Array;
  /** Wall time of reading; a stream is read by each pass. */
  readonly seconds: number;
}

/** The argument that stands for standard input in place of a path. */
export const STDIN = '-';

/** A file of points, read. */
export type Table = Source<HostPoints>;

export function isStreamed(points: HostPoints | PointStream): points is PointStream {
  return 'chunks' in points;
}

/** The number of rows of a table. */
export function rowsOf({ points }: Table): number {
  return points.data.length / points.nFeatures;
}

/** Opens `file` as a stream or reads it, as the options say. With a `model`, takes the columns that the model was fitted to. */
export function openPoints(
  file: string,
  options: InputOptions & StreamOptions,
  bar: ProgressBar,
  signal: AbortSignal,
  model?: AnyModel,
): Promise<Source> {
  if (!options.stream) return readPoints(file, options, bar, signal, model);
  if (options.missing === 'em') {
    throw new EmgpuError(
      'invalid-option',
      '--missing em and --stream exclude each other: rows are grouped by what they lack, which needs all of them.',
      'Leave out --stream, or take --missing drop.',
    );
  }
  if (file === STDIN) {
    throw new EmgpuError(
      'invalid-option',
      '--stream reads the file again and again, which standard input does not allow.',
      'Leave out --stream, or write it to a file first.',
    );
  }
  return forModel(options.columns, model, async (columns) => {
    const missing = options.missing === 'drop' ? 'drop' : 'error';
    const points = await openStream(file, { ...request(options, columns), missing, signal });
    const about = { featureNames: points.featureNames!, leftOut: points.leftOut ?? [] };
    return { file: basename(file), points, ...about, nDropped: 0, nGaps: 0, seconds: 0 };
  });
}

/** Reads the points of `file`. With a `model`, takes the columns that the model was fitted to. */
export async function readPoints(
  path: string,
  options: InputOptions,
  bar: ProgressBar,
  signal: AbortSignal,
  model?: AnyModel,
): Promise<Table> {
  const began = performance.now();
  const stdin = path === STDIN ? await readStdin(options, signal) : undefined;
  const file = stdin ? 'standard input' : basename(path);
  return forModel(options.columns, model, async (columns) => {
    const reading = {
      ...request(options, columns),
      missing: READERS_WORD[options.missing],
      signal,
      onProgress: (fraction: number) => bar.update('read', fraction),
    };
    const table = stdin
      ? await readSource(stdin.source, { ...reading, name: file, format: stdin.format })
      : await readTable(path, reading);
    const seconds = (performance.now() - began) / 1000;
    return { ...table, file, nGaps: options.missing === 'em' ? gaps(table.points) : 0, seconds };
  });
}

/** Reads all of standard input. It has no name that could show its format, so it is CSV unless it begins like another format. */
async function readStdin(
  { format }: InputOptions,
  signal: AbortSignal,
): Promise<{ source: FileSource; format: FileFormat }> {
  const source = await blob(addAbortSignal(signal, process.stdin));
  return { source, format: format ?? (await detectFormat(source, 'stdin.csv')) };
}

/** What the reader is told for each choice of `--missing`: for `em` it keeps the gaps. */
const READERS_WORD = { error: 'error', drop: 'drop', em: 'keep' } as const satisfies Record<MissingChoice, string>;

function request(options: InputOptions, columns: readonly string[] | undefined) {
  const { format, weightsColumn } = options;
  const header = hasHeader(options);
  return {
    ...(columns && { columns: [...columns] }),
    ...(format !== undefined && { format }),
    ...(header !== undefined && { header }),
    ...(weightsColumn !== undefined && { weightsColumn }),
  };
}

/** The number of rows with at least one NaN. */
function gaps({ data, nFeatures }: HostPoints): number {
  let rows = 0;
  for (let from = 0; from < data.length; from += nFeatures) {
    if (data.subarray(from, from + nFeatures).some(Number.isNaN)) rows++;
  }
  return rows;
}

/**
 * Takes the columns that a model needs. These are the columns named on the command line (in the model's order if they are the model's names); else
 * those with the model's names; else, where model or file has places for names, all number columns, if there are as many as the model has features.
 */
async function forModel<S extends Source>(
  chosen: readonly string[] | undefined,
  model: AnyModel | undefined,
  read: (columns: readonly string[] | undefined) => Promise<S>,
): Promise<S> {
  const names = model?.featureNames;
  if (!model) return read(chosen);
  if (chosen) return checkCount(model, await read(names && sameNames(names, chosen) ? names : chosen));
  if (names) {
    try {
      return await read(names);
    } catch (error) {
      if (!(error instanceof EmgpuError && error.code === 'missing-column')) throw error;
    }
  }
  const source = checkCount(model, await read(undefined));
  if (names && !arePlaces(names) && !arePlaces(source.featureNames)) throw otherNames(names, source);
  return source;
}

/** Whether names are just places, as nameless columns have: "0", "1", …. */
function arePlaces(names: readonly string[]): boolean {
  return names.every((name) => /^\d+$/.test(name));
}

function otherNames(names: readonly string[], { file, featureNames }: Source): EmgpuError {
  return new EmgpuError(
    'model-mismatch',
    `The model was fitted to ${names.join(', ')}; ${file} has ${featureNames.join(', ')}.`,
    'If these are the same under other names, list them with --columns in the order of the model.',
  );
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}

function checkCount<S extends Source>(model: AnyModel, source: S): S {
  if (source.points.nFeatures === model.nFeatures) return source;
  const wanted = `${model.nFeatures} columns${model.featureNames ? ` (${model.featureNames.join(', ')})` : ''}`;
  throw new EmgpuError(
    'model-mismatch',
    `The model wants ${wanted}; ${source.file} gives ${source.points.nFeatures} (${source.featureNames.join(', ')}).`,
    `Name ${model.nFeatures} columns of the file with --columns.`,
  );
}

/** `; 3 rows with missing values dropped`, `; 3 rows lack something`, or nothing. */
export function droppedText({ nDropped, nGaps }: Source): string {
  const rows = (n: number) => `${count(n)} ${n === 1 ? 'row' : 'rows'}`;
  if (nDropped > 0) return `; ${rows(nDropped)} with missing values dropped`;
  return nGaps > 0 ? `; ${rows(nGaps)} with missing values, which count with what they have` : '';
}
