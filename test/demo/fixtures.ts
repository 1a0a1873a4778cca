import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { npy } from '../data/tiny-npy.ts';

export type FileKind = 'csv' | 'tsv' | 'parquet' | 'arrow' | 'npy';

/** The iris data: four columns of numbers and the species, which the NPY file leaves out (its columns are "0" to "3"). */
interface Iris {
  readonly names: readonly string[];
  /** 150 rows of text. */
  readonly rows: readonly (readonly string[])[];
  /** 150 × 4 */
  readonly numbers: readonly (readonly number[])[];
}

async function readIris(): Promise<Iris> {
  const text = await readFile(new URL('../reference/data/iris.csv', import.meta.url), 'utf8');
  const [names, ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(','));
  return { names: names!, rows, numbers: rows.map((row) => row.slice(0, 4).map(Number)) };
}

const WRITERS: Readonly<Record<FileKind, (iris: Iris) => string | Uint8Array>> = {
  csv: (iris) => toText(iris, ','),
  tsv: (iris) => toText(iris, '\t'),
  parquet: (iris) =>
    new Uint8Array(
      parquetWriteBuffer({
        columnData: Object.entries(toColumns(iris)).map(([name, data]) => ({
          ...{ name, data },
          type: data instanceof Float64Array ? 'DOUBLE' : 'STRING',
        })),
      }),
    ),
  arrow: (iris) => tableToIPC(tableFromArrays(toColumns(iris)), 'file'),
  npy: ({ numbers }) => npy({ descr: '<f8', shape: [numbers.length, 4], data: Float64Array.from(numbers.flat()) }),
};

/** Writes the iris data in every format into a folder of its own; gives the files' paths. */
export async function makeFiles(): Promise<Record<FileKind, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'emgpu-lab-'));
  const iris = await readIris();
  const paths = Object.entries(WRITERS).map(async ([kind, write]) => {
    const path = join(folder, `iris.${kind}`);
    await writeFile(path, write(iris));
    return [kind, path] as const;
  });
  return Object.fromEntries(await Promise.all(paths)) as Record<FileKind, string>;
}

function toText({ names, rows }: Iris, delimiter: string): string {
  return [names, ...rows].map((cells) => `${cells.join(delimiter)}\n`).join('');
}

function toColumns({ names, rows }: Iris): Record<string, Float64Array | string[]> {
  const column = (i: number) => rows.map((row) => row[i]!);
  return Object.fromEntries(names.map((name, i) => [name, i < 4 ? Float64Array.from(column(i), Number) : column(i)]));
}
