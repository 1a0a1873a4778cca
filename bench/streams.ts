import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStream, type PointStream } from 'emgpu/node';
import { fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import { makeEstimator } from './emgpu.ts';
import type { Place } from './place.ts';
import { makeProblem, type Problem } from './problem.ts';
import type { Skipped, StreamRow } from './row.ts';
import type { Listener, Session } from './run.ts';
import { STREAM_ROUNDS } from './suites.ts';
import { summarize } from './summary.ts';

/** A run, as far as it is needed here. */
type Steppable = { step(): Promise<unknown> };

const FEATURES = 2;
/** From cheap passes, which reading takes longer than, to dear ones. */
const COMPONENTS = [3, 8, 32];
/** Of points, unless another number is asked for: 320 MB in the file. */
const SAMPLES = 2e7;
/** Rows of a chunk, emgpu's default for two columns, and of a row group. */
const CHUNK_ROWS = 2 ** 21;
const GROUP_ROWS = 2 ** 20;

/** Passes over a Parquet file that is read anew for each, and what they are made of by itself, in turn. */
export async function measureStreams(
  { bench, budget }: Session,
  nSamples: number = SAMPLES,
  { doing, stream }: Pick<Listener, 'doing' | 'stream'>,
): Promise<{ rows: StreamRow[]; skipped: Skipped[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'emgpu-bench-'));
  const file = join(folder, 'points.parquet');
  const [rows, skipped]: [StreamRow[], Skipped[]] = [[], []];
  try {
    doing(`writing a file of ${nSamples} points`);
    const problem = makeProblem(nSamples, FEATURES, Math.max(...COMPONENTS));
    await writeParquet(file, problem.data);
    for (const nComponents of COMPONENTS) {
      const label = `streams: K ${nComponents}`;
      const reason = budget.refusal('streams');
      if (reason) {
        skipped.push({ label, reason });
        continue;
      }
      doing(label);
      const part = { ...problem, centers: problem.centers.slice(0, nComponents) };
      rows.push(await budget.spend('streams', () => measureStream(bench.place, file, part)));
      stream(rows.at(-1)!);
    }
  } catch (error) {
    const [message] = (error as Error).message.split('\n');
    skipped.push({ label: 'streams', reason: `failed: ${message}`, failed: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { rows, skipped };
}

async function measureStream(place: Place, file: string, problem: Problem): Promise<StreamRow> {
  const stream = await openStream(file);
  const estimator = makeEstimator(place, 'full', problem, 1_000_000);
  const resident = await estimator.start(problem);
  try {
    const streamed = await estimator.start(stream);
    try {
      return { ...sizeOf(problem), ...(await timeStages(stream, resident, streamed)) };
    } finally {
      streamed.destroy();
    }
  } finally {
    resident.destroy();
  }
}

const sizeOf = ({ data, centers }: Problem) => ({
  nSamples: data.length / FEATURES,
  nFeatures: FEATURES,
  nComponents: centers.length,
});

/** Reading and computing each by itself, and both at once, in turn. */
async function timeStages(stream: PointStream, resident: Steppable, streamed: Steppable) {
  const stages = {
    read: async () => {
      for await (const _ of stream.chunks({ rows: CHUNK_ROWS, lent: true }));
    },
    compute: () => resident.step(),
    pass: () => streamed.step(),
  };
  const seconds = { read: [] as number[], compute: [] as number[], pass: [] as number[] };
  for (let round = 0; round <= STREAM_ROUNDS; round++) {
    for (const name of ['read', 'compute', 'pass'] as const) {
      const began = performance.now();
      await stages[name]();
      // The first compiles and fills caches.
      if (round > 0) seconds[name].push((performance.now() - began) / 1000);
    }
  }
  return { read: summarize(seconds.read), compute: summarize(seconds.compute), pass: summarize(seconds.pass) };
}

/** Columns of float64 as they are in memory, which takes least to read. */
async function writeParquet(file: string, data: Float32Array): Promise<void> {
  const groups = Math.ceil(data.length / FEATURES / GROUP_ROWS);
  const columnsOf = (group: number) => {
    const rows = data.subarray(FEATURES * GROUP_ROWS * group, FEATURES * GROUP_ROWS * (group + 1));
    return Array.from({ length: FEATURES }, (_, d) => ({
      ...{ name: `x${d}`, type: 'DOUBLE' as const, nullable: false, encoding: 'PLAIN' as const },
      data: Float64Array.from({ length: rows.length / FEATURES }, (_, i) => rows[FEATURES * i + d]!),
    }));
  };
  const schema = schemaFromColumnData({ columnData: columnsOf(0) });
  const writer = new ParquetWriter({ writer: fileWriter(file), schema, codec: 'UNCOMPRESSED', statistics: false });
  for (let group = 0; group < groups; group++) {
    await writer.write({ columnData: columnsOf(group), rowGroupSize: GROUP_ROWS });
  }
  await writer.finish();
}
