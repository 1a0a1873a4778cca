import { basename } from 'node:path';
import { EmgpuError, type HostPoints, readTable } from '../node.ts';
import type { AnyModel } from './models.ts';
import { count } from './numbers.ts';
import type { InputOptions } from './options.ts';
import type { ProgressBar } from './terminal/progress.ts';

/** A file of points, read. */
export interface Table {
  /** The file's name, without its folder. */
  readonly file: string;
  readonly points: HostPoints;
  readonly nSamples: number;
  readonly featureNames: readonly string[];
  readonly nDropped: number;
  /** The row in the file, counted from 0, of every point, when rows were dropped. */
  readonly rowNumbers?: Uint32Array;
  /** Wall time of reading. */
  readonly seconds: number;
}

/** Reads the points of `file`. With a `model`, takes the columns that the model was fitted to. */
export async function readPoints(
  file: string,
  options: InputOptions,
  bar: ProgressBar,
  signal: AbortSignal,
  model?: AnyModel,
): Promise<Table> {
  const began = performance.now();
  const read = async (columns: readonly string[] | undefined) => {
    const table = await readTable(file, {
      ...(columns && { columns: [...columns] }),
      ...(options.format !== undefined && { format: options.format }),
      missing: options.dropMissing ? 'drop' : 'error',
      signal,
      onProgress: (fraction) => bar.update('read', fraction),
    });
    const seconds = (performance.now() - began) / 1000;
    return { ...table, file: basename(file), nSamples: table.points.data.length / table.points.nFeatures, seconds };
  };
  return model ? readForModel(model, options.columns, read) : read(options.columns);
}

/**
 * The columns that a model wants: those named on the command line (in the model's order if they are the model's names),
 * else those of the model's names, else all number columns if there are as many as the model has features.
 */
async function readForModel(
  model: AnyModel,
  chosen: readonly string[] | undefined,
  read: (columns: readonly string[] | undefined) => Promise<Table>,
): Promise<Table> {
  const names = model.featureNames;
  if (chosen) return checkCount(model, await read(names && sameNames(names, chosen) ? names : chosen));
  if (names) {
    try {
      return await read(names);
    } catch (error) {
      if (!(error instanceof EmgpuError && error.code === 'missing-column')) throw error;
    }
  }
  return checkCount(model, await read(undefined));
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}

function checkCount(model: AnyModel, table: Table): Table {
  if (table.points.nFeatures === model.nFeatures) return table;
  const wanted = `${model.nFeatures} columns${model.featureNames ? ` (${model.featureNames.join(', ')})` : ''}`;
  throw new EmgpuError(
    'model-mismatch',
    `The model wants ${wanted}; ${table.file} gives ${table.points.nFeatures} (${table.featureNames.join(', ')}).`,
    `Name ${model.nFeatures} columns of the file with --columns.`,
  );
}

/** `; 3 rows dropped`, or nothing. */
export function droppedText(table: Table): string {
  if (table.nDropped === 0) return '';
  return `; ${count(table.nDropped)} ${table.nDropped === 1 ? 'row' : 'rows'} with missing values dropped`;
}
