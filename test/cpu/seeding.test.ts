import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import { WorkerPool } from '../../src/backends/cpu/worker-pool.ts';
import { SEEDING_TILE, type SeedingDistances } from '../../src/em/seeding-distances.ts';
import type { Backend, Dataset } from '../../src/em/types.ts';
import { bundleNodeWorker } from './node-workers.ts';
import { expectClose, identityFrame, randomRows, randomWeights, uniforms } from './samples.ts';

const inline = createCpuBackend();
let threaded: Backend;

beforeAll(async () => {
  threaded = createCpuBackend({ pool: new WorkerPool(await bundleNodeWorker('test-cpu-seeding-worker'), 3) });
});
afterAll(() => threaded.destroy());

const D = 3;
const featureWeights = Float64Array.of(1, 0.5, 2);

interface Case {
  readonly rows: Float64Array;
  readonly sampleWeight: Float64Array | undefined;
  readonly sample: Uint32Array | undefined;
  /** M × D */
  readonly candidates: Float64Array;
  readonly centers: readonly Float64Array[];
}

function makeCase(N: number, seed: number, weighted: boolean, sampled: boolean, M: number): Case {
  const next = uniforms(seed);
  const rows = randomRows(N, D, seed + 1);
  const center = () => Float64Array.from({ length: D }, () => 2 * next() - 1);
  const ascending = Uint32Array.from({ length: N }, (_, n) => n).filter(() => next() < 0.6);
  return {
    rows,
    sampleWeight: weighted ? randomWeights(N, seed + 2).fill(1, 0, 1) : undefined,
    sample: sampled ? ascending : undefined,
    candidates: randomRows(M, D, seed + 3),
    centers: [center(), center()],
  };
}

const cases = fc
  .record({
    N: fc.oneof(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 250, max: 262 }),
      fc.integer({ min: 700, max: 900 }),
    ),
    seed: fc.nat(),
    weighted: fc.boolean(),
    sampled: fc.boolean(),
    M: fc.integer({ min: 0, max: 16 }),
  })
  .map(({ N, seed, weighted, sampled, M }) => makeCase(N, seed, weighted, sampled, M));

function load({ rows, sampleWeight }: Case, backend = inline): Promise<Dataset> {
  const points = { data: rows, nFeatures: D, ...(sampleWeight && { sampleWeight }) };
  return backend.load(points, { scaling: 'isotropic', frame: identityFrame(D) });
}

/** The values by the formula, padded with 0 to whole tiles. */
function naiveValues({ rows, sampleWeight, sample }: Case, centers: readonly Float64Array[]): Float64Array {
  const seen = sample ?? Uint32Array.from({ length: rows.length / D }, (_, n) => n);
  const out = new Float64Array(Math.ceil(seen.length / SEEDING_TILE) * SEEDING_TILE);
  seen.forEach((n, position) => {
    const w = sampleWeight ? sampleWeight[n]! : 1;
    const distances = centers.map((c) =>
      featureWeights.reduce((sum, f, i) => sum + f * (rows[n * D + i]! - c[i]!) ** 2, 0),
    );
    out[position] = centers.length > 0 ? w * Math.min(...distances) : w;
  });
  return out;
}

function sumTiles(values: Float64Array): number[] {
  const tiles = values.length / SEEDING_TILE;
  return Array.from({ length: tiles }, (_, t) =>
    values.subarray(t * SEEDING_TILE, (t + 1) * SEEDING_TILE).reduce((a, b) => a + b, 0),
  );
}

/** All that can be asked of a seeding, before the first center and after each. */
async function walk(distances: SeedingDistances, { candidates, centers }: Case) {
  const tiles = Uint32Array.from({ length: Math.ceil(distances.size / SEEDING_TILE) }, (_, t) => t);
  const look = async () => ({
    sums: await distances.tileSums(candidates),
    values: await distances.tileValues(tiles),
  });
  const seen = [await look()];
  for (const center of centers) {
    await distances.add(center);
    seen.push(await look());
  }
  return seen;
}

test('sums and values against the formula', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (c) => {
      const dataset = await load(c);
      const distances = dataset.seedingDistances(featureWeights, c.sample);
      expect(distances.size).toBe(c.sample ? c.sample.length : c.rows.length / D);
      for (let m = 0; m < distances.size; m += 17) expect(distances.rowAt(m)).toBe(c.sample ? c.sample[m] : m);
      const candidates = Array.from({ length: c.candidates.length / D }, (_, m) =>
        c.candidates.subarray(m * D, (m + 1) * D),
      );
      const seen = await walk(distances, c);
      seen.forEach(({ sums, values }, added) => {
        const centers = c.centers.slice(0, added);
        const expected = naiveValues(c, centers);
        expectClose(values, expected, 1e-14);
        const others = candidates.flatMap((candidate) => sumTiles(naiveValues(c, [...centers, candidate])));
        expectClose(sums, [...sumTiles(expected), ...others], 1e-14);
      });
      distances.destroy();
      dataset.destroy();
    }),
  );
});

test('tiles in any order', async () => {
  const c = makeCase(1000, 5, true, false, 0);
  const distances = (await load(c)).seedingDistances(featureWeights);
  const values = naiveValues(c, []);
  const tile = (t: number) => Array.from(values.subarray(t * SEEDING_TILE, (t + 1) * SEEDING_TILE));
  expect(Array.from(await distances.tileValues(Uint32Array.of(3, 0, 3)))).toEqual([...tile(3), ...tile(0), ...tile(3)]);
});

test.each([
  ['all points', false],
  ['a sample', true],
] as const)('%s: the same bits on workers', async (_, sampled) => {
  for (const weighted of [false, true]) {
    const c = makeCase(40_123, 7, weighted, sampled, 5);
    const [here, there] = [await load(c), await load(c, threaded)];
    const [mine, theirs] = [here, there].map((dataset) => dataset.seedingDistances(featureWeights, c.sample));
    expect(await walk(theirs!, c)).toEqual(await walk(mine!, c));
    theirs!.destroy();
    // The points are none the worse for it.
    expect(await there.rows(Uint32Array.of(40_122, 0))).toEqual(await here.rows(Uint32Array.of(40_122, 0)));
    there.destroy();
  }
});

test('a row of weight 0 stays at 0 where its distance overflows', async () => {
  const c: Case = {
    rows: Float64Array.of(1e200, 0, 0, 1, 1, 1),
    sampleWeight: Float64Array.of(0, 1),
    sample: undefined,
    candidates: Float64Array.of(0, 0, 0),
    centers: [Float64Array.of(1, 1, 0)],
  };
  const seen = await walk((await load(c)).seedingDistances(featureWeights), c);
  expect(seen.map(({ sums }) => Array.from(sums))).toEqual([
    [1, 3.5],
    [2, 2],
  ]);
});
