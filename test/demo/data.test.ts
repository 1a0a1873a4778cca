import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ElementHandle } from 'puppeteer';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DataRoom } from '../../demo/data/client.ts';
import type { DataChoice, LabTable } from '../../demo/data/types.ts';
import config from '../../demo/vite.config.ts';
import { inBrowser } from './browsers.ts';
import { type FileKind, type Iris, makeFiles, readIris } from './fixtures.ts';

declare global {
  /** What the test's page holds. */
  var room: DataRoom;
}

const CLIENT = fileURLToPath(new URL('../../demo/data/client.ts', import.meta.url));
const PAGE = `<!doctype html><link rel="icon" href="data:," /><input type="file" />
<script type="module">import { createDataRoom } from './client.js'; globalThis.room = createDataRoom();</script>`;

let outDir: string;
let server: PreviewServer;
let files: Record<FileKind, string>;
let iris: Iris;

/** A page that has nothing but a data room, built as the Lab is. */
beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'emgpu-data-room-'));
  await build({
    ...{ ...config, configFile: false, logLevel: 'error' },
    build: {
      ...{ target: 'es2022', outDir, emptyOutDir: true },
      rolldownOptions: {
        ...{ input: CLIENT, preserveEntrySignatures: 'strict' },
        output: { entryFileNames: 'client.js' },
      },
    },
  });
  await writeFile(join(outDir, 'index.html'), PAGE);
  server = await preview({ configFile: false, build: { outDir }, preview: { host: '127.0.0.1', port: 0 } });
  [files, iris] = await Promise.all([makeFiles(), readIris()]);
}, 120_000);

afterAll(async () => {
  await server?.close();
  for (const folder of [outDir, files && dirname(files.csv)]) if (folder) await rm(folder, { recursive: true });
});

inBrowser('chromium', { webgpu: false }, (opened) => {
  const open = async () => {
    await opened.page.goto(server.resolvedUrls!.local[0]!);
    await opened.page.waitForFunction(() => globalThis.room);
  };

  /** Loads the file and gives the table, some columns of it, and what was told of progress. */
  async function loadFile(path: string, columns: readonly string[]) {
    const input = (await opened.page.$('input')) as ElementHandle<HTMLInputElement>;
    await input.uploadFile(path);
    return opened.page.evaluate(async (columns) => {
      const file = document.querySelector('input')!.files![0]!;
      const told: [string, number][] = [];
      const onProgress = (stage: string, fraction: number) => told.push([stage, fraction]);
      const table = await room.load({ kind: 'file', file }, { onProgress });
      const { points, nDropped } = await room.prepare({ columns, standardize: false, log: [] }, { onProgress });
      return { table, data: Array.from(points.data), nDropped, told };
    }, columns);
  }

  test.each(['csv', 'tsv', 'parquet', 'arrow', 'npy'] as const)('reads %s', async (kind) => {
    await open();
    const names = kind === 'npy' ? ['0', '1', '2', '3'] : iris.names.slice(0, 4);
    const { table, data, nDropped, told } = await loadFile(files[kind], [names[3]!, names[0]!]);
    expect(table).toEqual({ name: `iris.${kind}`, columns: names, suggested: names.slice(0, 2), nRows: 150 });
    expect(data).toEqual(iris.numbers.flatMap((row) => [row[3]!, row[0]!]));
    expect(nDropped).toBe(0);
    expect(told.filter(([, fraction]) => fraction === 1).map(([stage]) => stage)).toEqual(['read', 'prepare']);
  });

  /** The samples come over the network, here. */
  const load = (choice: DataChoice): Promise<LabTable> => opened.page.evaluate((wanted) => room.load(wanted), choice);

  test('fetches the samples when they are chosen', async () => {
    await open();
    expect(await load({ kind: 'sample', id: 'faithful' })).toEqual({
      ...{ name: 'Old Faithful', columns: ['eruptions', 'waiting'], suggested: ['eruptions', 'waiting'], nRows: 272 },
    });
    expect(await load({ kind: 'sample', id: 'iris' })).toMatchObject({
      ...{ columns: iris.names.slice(0, 4), suggested: ['petal_length', 'petal_width'], nRows: 150 },
    });
  });

  test('reads 3 million flights, gives them as float32, and stops when it is told to', async () => {
    await open();
    const read = await opened.page.evaluate(async () => {
      const stop = new AbortController();
      const onProgress = (_: string, fraction: number) => fraction > 0.6 && stop.abort();
      const work = room.load({ kind: 'sample', id: 'flights' }, { signal: stop.signal, onProgress });
      const code = await work.catch((error) => error.code);
      const table = await room.load({ kind: 'sample', id: 'flights' });
      const { points } = await room.prepare({ columns: table.suggested, standardize: false, log: [] });
      const { data, featureNames } = points;
      return {
        code,
        table,
        featureNames,
        kind: data.constructor.name,
        head: Array.from(data.slice(0, 6)),
        n: data.length,
      };
    });
    expect(read).toEqual({
      ...{ code: 'aborted', kind: 'Float32Array', n: 6_000_000, featureNames: ['delay', 'distance'] },
      head: [33, 2176, 19, 215, 14, 405],
      table: {
        name: '3 million flights',
        columns: ['delay', 'distance'],
        suggested: ['delay', 'distance'],
        nRows: 3_000_000,
      },
    });
  });

  test('says what is wrong with a file, and lives on', async () => {
    await open();
    const bad = join(dirname(files.csv), 'words.csv');
    await writeFile(bad, 'a,b\nx,y\n');
    await expect(loadFile(bad, ['a'])).rejects.toThrow(
      /words\.csv has no column of numbers; it has a \(text\), b \(text\)\./,
    );
    const cut = join(dirname(files.csv), 'cut.parquet');
    await writeFile(cut, 'PAR1');
    await expect(loadFile(cut, ['a'])).rejects.toThrow(/cut\.parquet is cut short/);
    expect((await loadFile(files.csv, ['petal_width'])).data).toHaveLength(150);
  });
});
