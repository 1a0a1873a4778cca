import { loadIncomplete } from '../../../src/em/missing/load.ts';
import { EmRun } from '../../../src/em/run.ts';
import type { Backend } from '../../../src/em/types.ts';
import { gaussianFamily } from '../../../src/families/gaussian.ts';
import type { Random } from '../../../src/math/random.ts';
import { assertClose } from '../assert.ts';
import type { LaneCase } from '../types.ts';
import { cpuBackend, drawSample, gpuBackend, randomFor, type Sample, type Spec } from './gpu.ts';
import { drawWeights, MIXTURES } from './models.ts';
import { compare } from './twins.ts';

/** Removes about one cell in five; every row keeps its first. */
function withGaps({ points, start }: Sample, random: Random): Sample {
  const { nFeatures: D } = points;
  const data = Float64Array.from(points.data, (x, i) => (i % D > 0 && random.uniform() < 0.2 ? Number.NaN : x));
  return { points: { ...points, data, sampleWeight: drawWeights(data.length / D, random) }, start };
}

/** One step with what is missing integrated out, and the responsibilities of some rows. */
async function step(backend: Backend, spec: Spec, { points, start }: Sample, rare?: Backend) {
  const family = gaussianFamily({ covarianceType: spec.type, regCovar: 1e-6 });
  const dataset = await loadIncomplete(backend, points, { scaling: family.scaling, rare });
  try {
    const settings = { tol: 0, maxIter: 1, precision: backend.precision };
    const run = new EmRun(family, dataset, family.toFrame(start, dataset.frame), settings);
    const { counts } = await run.expectation();
    const responsibilities = await dataset.read('responsibilities', family.pack(run.parameters, dataset.frame));
    await run.maximization();
    return { parameters: family.toData(run.parameters, dataset.frame), history: run.history, counts, responsibilities };
  } finally {
    dataset.destroy();
  }
}

/** Rows with gaps, weighted: every pattern on the device, and rare ones on the CPU. */
export const missing: readonly LaneCase[] = MIXTURES.map((type) => ({
  name: `missing values: ${type} agrees with float64`,
  async run(context) {
    const spec: Spec = { type, D: 3, K: 3, N: 1501 };
    const random = randomFor(context.seed, `missing ${type}`);
    const sample = withGaps(drawSample(spec, random), random);
    const expected = await step(cpuBackend(), spec, sample);
    for (const rare of [undefined, cpuBackend()]) {
      const found = await step(gpuBackend(context), spec, sample, rare);
      const what = `${type}${rare ? ', rare patterns on the CPU' : ''}, seed ${context.seed}`;
      compare(found, expected, spec, what);
      assertClose(found.responsibilities, expected.responsibilities, { absolute: 1e-5 }, `${what}: responsibilities`);
    }
  },
}));
