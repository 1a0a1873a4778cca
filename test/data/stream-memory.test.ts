import { execFile } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MB = 2 ** 20;
const child = fileURLToPath(new URL('walk-file.ts', import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'emgpu-stream-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Walks the file twice in a process with a heap of 64 MB. */
async function walkTwice(path: string): Promise<{ nRows: number; sum: number; grown: number }> {
  const options = ['--import', 'tsx', '--max-old-space-size=64', child, path, '100000'];
  const { stdout } = await promisify(execFile)(process.execPath, options);
  return JSON.parse(stdout);
}

describe('the memory that a stream takes', () => {
  it('is that of some blocks: Parquet of 200 MB', async () => {
    const path = join(folder, 'large.parquet');
    const [groups, groupRows] = [50, 250_000];
    const columnData = ['a', 'b'].map((name) => ({
      name,
      data: Float64Array.from({ length: groupRows }, (_, i) => i),
      type: 'DOUBLE' as const,
      nullable: false,
      encoding: 'PLAIN' as const,
    }));
    const writer = new ParquetWriter({
      writer: fileWriter(path),
      schema: schemaFromColumnData({ columnData }),
      codec: 'UNCOMPRESSED',
      statistics: false,
    });
    for (let i = 0; i < groups; i++) await writer.write({ columnData, rowGroupSize: groupRows });
    await writer.finish();
    const { nRows, sum, grown } = await walkTwice(path);
    expect(nRows).toBe(2 * groups * groupRows);
    expect(sum).toBe(2 * groups * groupRows * (groupRows - 1));
    expect(grown).toBeLessThan(140 * MB);
  });

  it('is that of some blocks: CSV of 26 MB, whose cells would not fit in the heap', async () => {
    const path = join(folder, 'large.csv');
    const file = openSync(path, 'w');
    const lines = Array.from({ length: 10_000 }, (_, i) => `${i},0.12345678901234567,${i},0.125\n`).join('');
    writeSync(file, 'a,b,c,d\n');
    for (let i = 0; i < 70; i++) writeSync(file, lines);
    closeSync(file);
    const { nRows, grown } = await walkTwice(path);
    expect(nRows).toBe(2 * 700_000);
    expect(grown).toBeLessThan(140 * MB);
  });
});
