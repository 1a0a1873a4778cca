import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectNear, pointsOf, TWO_GROUPS } from '../api/data.ts';

const MB = 2 ** 20;
const root = fileURLToPath(new URL('../../', import.meta.url));
const bundle = join(root, 'build/test-streams');
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'emgpu-fit-'));
  const rolldownOptions = { output: { entryFileNames: 'fit-file.js' } };
  await build({
    ...{ configFile: false, root, logLevel: 'error' },
    build: { ssr: 'test/streams/fit-file.ts', outDir: bundle, rolldownOptions },
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A Parquet file of these points, again and again. */
async function writePoints(path: string, groups: number, groupRows: number): Promise<void> {
  const { data } = pointsOf(TWO_GROUPS, groupRows);
  const columnData = ['x', 'y'].map((name, j) => ({
    name,
    data: data.filter((_, i) => i % 2 === j),
    ...({ type: 'DOUBLE', nullable: false, encoding: 'PLAIN' } as const),
  }));
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: schemaFromColumnData({ columnData }),
    codec: 'UNCOMPRESSED',
    statistics: false,
  });
  for (let i = 0; i < groups; i++) await writer.write({ columnData, rowGroupSize: groupRows });
  await writer.finish();
}

test('a fit to 5 million rows of 2 float64 numbers, 80 MB, takes the memory of some chunks and of the seeding', async () => {
  const path = join(folder, 'points.parquet');
  await writePoints(path, 50, 100_000);
  const options = ['--max-old-space-size=64', join(bundle, 'fit-file.js'), path, '100000'];
  const { stdout } = await promisify(execFile)(process.execPath, options);
  const { nSamples, means, nIter, grown } = JSON.parse(stdout);
  expect([nSamples, nIter]).toEqual([5_000_000, 2]);
  expectNear(
    (means as number[][]).sort((a, b) => a[0]! - b[0]!),
    TWO_GROUPS.means,
    0,
    0.1,
  );
  // As an array and as a dataset they would take 160.
  expect(grown).toBeLessThan(150 * MB);
});
