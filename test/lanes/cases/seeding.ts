import { SEEDING_TILE, type SeedingDistances } from '../../../src/em/seeding-distances.ts';
import type { Backend } from '../../../src/em/types.ts';
import { assertClose, assertEqual } from '../assert.ts';
import type { LaneCase, LaneContext } from '../types.ts';
import { cpuBackend, drawSample, gpuBackend, randomFor } from './gpu.ts';
import { cutBackend, drawWeights } from './models.ts';

const N = 5003;
const CANDIDATES = 16;

interface Setting {
  readonly D: number;
  readonly weighted: boolean;
  readonly sampled: boolean;
}

/** All that a seeding tells: before the first centre, and after one and two. */
async function tell(seeding: SeedingDistances, candidates: Float64Array, D: number): Promise<Float64Array[]> {
  const tiles = Math.ceil(seeding.size / SEEDING_TILE);
  // Not in order, one of them twice.
  const some = Uint32Array.of(tiles - 1, 0, 1, 2, 1).map((tile) => Math.min(tile, tiles - 1));
  const told: Float64Array[] = [];
  for (const added of [0, 1, 2]) {
    if (added > 0) await seeding.add(candidates.slice((added - 1) * D, added * D));
    told.push(await seeding.tileSums(new Float64Array(0)), await seeding.tileSums(candidates));
    told.push(
      await seeding.tileValues(some),
      await seeding.tileValues(Uint32Array.from({ length: tiles }, (_, t) => t)),
    );
  }
  return told;
}

async function compare(context: LaneContext, backends: readonly Backend[], { D, weighted, sampled }: Setting) {
  const what = `D ${D}${weighted ? ', weighted' : ''}${sampled ? ', sampled' : ''}, seed ${context.seed}`;
  const random = randomFor(context.seed, `seeding ${D}`);
  const { points } = drawSample({ type: 'diag', D, K: 4, N }, random);
  const weights = Float64Array.from({ length: D }, () => 0.5 + random.uniform());
  const some = Uint32Array.from({ length: N }, (_, n) => n).filter(() => random.uniform() < 0.4);
  const sample = sampled ? some : undefined;
  const given = weighted ? { ...points, sampleWeight: drawWeights(N, random) } : points;
  const chosen = Uint32Array.from({ length: CANDIDATES }, () => random.below(N));
  const cpu = await cpuBackend().load(given, { scaling: 'isotropic' });
  const candidates = await cpu.rows(chosen);
  const expected = await tell(cpu.seedingDistances(weights, sample), candidates, D);
  for (const backend of backends) {
    const dataset = await backend.load(given, { scaling: 'isotropic', frame: cpu.frame });
    const seeding = dataset.seedingDistances(weights, sample);
    const told = await tell(seeding, candidates, D);
    assertEqual(seeding.size, sample?.length ?? N, 'positions');
    for (const at of [0, 300, 1500]) assertEqual(seeding.rowAt(at), sample ? sample[at]! : at, `row at ${at}`);
    told.forEach((numbers, i) => {
      // Coordinates are of size 1 in the frame, and rounded to 2⁻²⁴ of that: so are distances, of points next to a centre too.
      assertClose(numbers, expected[i]!, { relative: 1e-5, absolute: 1e-5 }, `answer ${i}, ${what}`);
    });
    seeding.destroy();
    dataset.destroy();
  }
  cpu.destroy();
}

export const seeding: readonly LaneCase[] = [2, 5, 33].map((D) => ({
  name: `seeding: D ${D}, values and sums of tiles agree with float64, over one window and several`,
  async run(context) {
    const backends = [gpuBackend(context), cutBackend(context, 2 ** 15)];
    for (const weighted of [false, true]) {
      for (const sampled of [false, true]) await compare(context, backends, { D, weighted, sampled });
    }
  },
}));
