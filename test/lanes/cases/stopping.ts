import { randomNormal } from 'd3-random';
import { EmRun } from '../../../src/em/run.ts';
import type { Backend } from '../../../src/em/types.ts';
import { gaussianFamily } from '../../../src/families/gaussian.ts';
import { assert, assertClose } from '../assert.ts';
import type { LaneCase } from '../types.ts';
import { cpuBackend, gpuBackend, randomFor } from './gpu.ts';

const N = 1000;

/**
 * Two groups, and two components that nearly coincide between them: EM leaves that place by steps which gain less than float32 rounds, at first.
 */
export const stopping: readonly LaneCase[] = [0.1, 0.3].map((apart) => ({
  name: `stopping: components ${apart} from a saddle go on, though steps gain less than rounding`,
  async run(context) {
    const normal = randomNormal.source(randomFor(context.seed, `saddle ${apart}`).uniform)();
    const points = { data: Float64Array.from({ length: N }, (_, i) => normal() + (i % 2 ? 2 : -2)), nFeatures: 1 };
    const family = gaussianFamily({ covarianceType: 'tied', regCovar: 1e-6 });
    const start = {
      weights: Float64Array.of(0.5, 0.5),
      means: Float64Array.of(-apart, apart),
      covariances: Float64Array.of(5),
    };
    const fitted = async (backend: Backend) => {
      const dataset = await backend.load(points, { scaling: family.scaling });
      const settings = { tol: 1e-6, maxIter: 5000, precision: backend.precision };
      const run = new EmRun(family, dataset, family.toFrame(start, dataset.frame), settings);
      while (!run.done) await run.advance();
      dataset.destroy();
      return run;
    };
    const [gpu, cpu] = [await fitted(gpuBackend(context)), await fitted(cpuBackend())];
    assert(gpu.converged, 'the run converged');
    assertClose([gpu.objective / N], [cpu.objective / N], { absolute: 1e-5 }, `log-likelihood, seed ${context.seed}`);
  },
}));
