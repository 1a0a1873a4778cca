import { parquetReadObjects } from 'hyparquet';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { type LabelTable, labelsCsv } from '../../../demo/takeaway/labels.ts';
import { labelsParquet } from '../../../demo/takeaway/labels-parquet.ts';
import { readTable } from '../../../src/index.ts';

/** More rows than a block or a row group holds. */
const N = 100_003;
const K = 3;
const label = (i: number) => (i * 7919) % K;
const labels = Uint32Array.from({ length: N }, (_, i) => label(i));
/** Rows that are 0 and 1, rows that are not, and tiny numbers. */
const share = (i: number) => (i % 4 === 0 ? Number(label(i / K) === i % K) : 1 / (1 + i) ** (1 + (i % 5)));
const single = Float32Array.from({ length: N * K }, (_, i) => share(i));
const double = Float64Array.from({ length: N * K }, (_, i) => share(i));
const rowNumbers = Uint32Array.from({ length: N }, (_, i) => 3 * i + 1);

const tables: readonly (readonly [string, LabelTable])[] = [
  ['labels', { labels }],
  ['labels of some rows', { labels, rowNumbers }],
  ['float32 responsibilities', { labels, responsibilities: { data: single, nComponents: K } }],
  ['float64 responsibilities of some rows', { labels, rowNumbers, responsibilities: { data: double, nComponents: K } }],
];

/** What a file holds, as the engine's own readers see it, must be what was given. */
async function expectSame(file: Blob, name: string, table: LabelTable): Promise<void> {
  const { points, featureNames } = await readTable(file, { name });
  const { responsibilities } = table;
  const width = responsibilities ? 2 + K : 2;
  expect(featureNames).toEqual(['row', 'label', 'p0', 'p1', 'p2'].slice(0, width));
  expect(points.data.length).toBe(N * width);
  const wrong = [];
  for (let i = 0; i < N; i++) {
    const expected = [
      table.rowNumbers?.[i] ?? i,
      labels[i],
      ...(responsibilities?.data.subarray(i * K, i * K + K) ?? []),
    ];
    const found = [...points.data.subarray(i * width, (i + 1) * width)];
    const isSingle = responsibilities?.data instanceof Float32Array;
    if (!found.every((x, j) => (j > 1 && isSingle ? Math.fround(x) : x) === expected[j])) wrong.push(i);
  }
  expect(wrong).toEqual([]);
}

describe.each(tables)('%s', (_, table) => {
  test('come back from CSV', async () => {
    await expectSame(await labelsCsv(table), 'labels.csv', table);
  });

  test('come back from Parquet', async () => {
    await expectSame(await labelsParquet(table), 'labels.parquet', table);
  });
});

test('CSV is what other programs expect', async () => {
  const responsibilities = { data: Float32Array.of(1, 0, 0.1, 0.9), nComponents: 2 };
  const text = await (await labelsCsv({ labels: Uint32Array.of(0, 1), responsibilities })).text();
  expect(text).toBe('row,label,p0,p1\n0,0,1,0\n1,1,0.100000001,0.899999976\n');
  expect(Papa.parse(text, { header: true, skipEmptyLines: true }).errors).toEqual([]);
});

test('Parquet keeps whole numbers whole', async () => {
  const file = await (await labelsParquet({ labels: Uint32Array.of(2, 0) })).arrayBuffer();
  expect(await parquetReadObjects({ file })).toEqual([
    { row: 0, label: 2 },
    { row: 1, label: 0 },
  ]);
});

describe.each([
  ['CSV', labelsCsv],
  ['Parquet', labelsParquet],
])('%s', (_, write) => {
  test('of no rows is a file with names alone', async () => {
    const file = await write({ labels: new Uint32Array() });
    expect(file.size).toBeGreaterThan(0);
  });

  test('tells its progress, rising to 1', async () => {
    const told: number[] = [];
    await write({ labels }, { onProgress: (fraction) => told.push(fraction) });
    expect(told.length).toBeGreaterThan(2);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(1);
  });

  test('stops when it is aborted, and lets the event loop turn so that it can be', async () => {
    const controller = new AbortController();
    const told: number[] = [];
    const writing = write({ labels }, { signal: controller.signal, onProgress: (fraction) => told.push(fraction) });
    setImmediate(() => controller.abort());
    await expect(writing).rejects.toThrow('aborted');
    expect(told.at(-1) ?? 0).toBeLessThan(1);
  });
});
