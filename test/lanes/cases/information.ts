import type { Backend } from '../../../src/em/types.ts';
import { fisherInformation } from '../../../src/estimators/information.ts';
import { naturalGradient } from '../../../src/estimators/natural-gradient.ts';
import { gaussianFamily } from '../../../src/families/gaussian.ts';
import { assertClose } from '../assert.ts';
import type { LaneCase } from '../types.ts';
import { cpuBackend, drawSample, gpuBackend, iterate, randomFor } from './gpu.ts';

const SPEC = { type: 'full', D: 2, K: 2, N: 1501, separation: 3 } as const;

/** Differences of sums over points: float32 must not show in them. */
export const information: readonly LaneCase[] = [
  {
    name: 'information: standard errors and gradients agree with float64',
    async run(context) {
      const { points, start } = drawSample(SPEC, randomFor(context.seed, 'information'));
      const family = gaussianFamily({ covarianceType: 'full', regCovar: 1e-6 });
      // Up to the top: 30 iterations left 1 of 300 samples where the observed information has no inverse.
      const { parameters } = await iterate(cpuBackend(), family, points, start, 300);
      const look = async (backend: Backend) => {
        const dataset = await backend.load(points, { scaling: family.scaling });
        const mixture = { covarianceType: 'full', noise: undefined, parameters } as const;
        try {
          const { standardErrors, missingShare } = await fisherInformation(dataset, mixture, {});
          const { naturalStep } = await naturalGradient(dataset, { ...mixture, parameters: start }, {});
          const numbers = (values: object) => Object.values(values).flat(3) as number[];
          return { errors: numbers(standardErrors!), missingShare: missingShare!, step: numbers(naturalStep) };
        } finally {
          dataset.destroy();
        }
      };
      const gpu = await look(gpuBackend(context));
      const cpu = await look(cpuBackend());
      // Differences are off by a share of the complete information. What is observed is 1 - s of that where the share s is missing, so there a
      // standard error is off by 1 / (1 - s) times as much: 1e-3 up to s = 0.9, and more where the components happen to overlap so much.
      const relative = 1e-3 * Math.max(1, 0.1 / (1 - cpu.missingShare));
      assertClose(gpu.errors, cpu.errors, { relative }, `standard errors, seed ${context.seed}`);
      assertClose(gpu.step, cpu.step, { absolute: 1e-4 }, `natural steps, seed ${context.seed}`);
    },
  },
];
