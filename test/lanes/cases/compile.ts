import permutations from '../../../shaders/permutations.json';
import { Pipelines } from '../../../src/backends/webgpu/pipelines.ts';
import type { Flag, StageName } from '../../../src/backends/webgpu/shader.ts';
import { shapeOf } from '../../../src/backends/webgpu/shape.ts';
import type { LaneCase } from '../types.ts';

/** One D for each way a shader can come out: W 2 or 4, one block or more, one tile or more, odd numbers of blocks, the limits. */
const FEATURES = [1, 2, 3, 4, 5, 8, 9, 17, 64, 128];

/** Every permutation of every stage compiles. */
export const compile: readonly LaneCase[] = FEATURES.map((D) => ({
  name: `compile: every permutation of every stage, D ${D}`,
  async run({ device }) {
    const pipelines = new Pipelines(device);
    for (const [stage, variants] of Object.entries(permutations)) {
      for (const flags of variants) await pipelines.get(stage as StageName, shapeOf(D), flags as Flag[]);
    }
  },
}));
