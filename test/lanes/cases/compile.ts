import permutations from '../../../shaders/permutations.json';
import { isSoftware } from '../../../src/backends/webgpu/device.ts';
import { diagWays, fullWays, kMeansWays, tiedFirstWays } from '../../../src/backends/webgpu/lean-ways.ts';
import { isPointwise, Pipelines } from '../../../src/backends/webgpu/pipelines.ts';
import type { Flag, StageName } from '../../../src/backends/webgpu/shader.ts';
import { pointsLadder, type Shape, shapeOf } from '../../../src/backends/webgpu/shape.ts';
import type { LaneCase, LaneContext } from '../types.ts';

/** One D for each way a shader can come out: features by themselves, one block of four, two, and two and a rest; the limit. */
const FEATURES = [3, 4, 8, 11, 128];

/** Every front end (Dawn's in Node, Chromium's, wgpu's) and every driver, once. */
const LANES = ['node-lavapipe', 'chromium', 'firefox', 'deno'] as const;

const ways = [...fullWays, ...diagWays, ...kMeansWays, ...tiedFirstWays];

/** The way whose first stage this is. */
function wayOf(stage: string, flags: readonly string[]) {
  return ways.find(({ first, flags: own = [] }) => first === stage && own.includes('TIED') === flags.includes('TIED'));
}

/** Whether a lean stage is ever asked for with these flags; any other stage is. */
function isAskedFor(stage: string, flags: readonly string[], D: number): boolean {
  return wayOf(stage, flags)?.fits(shapeOf(D), 1) ?? true;
}

/** Points at once that a stage may be asked for. */
function ladderOf(stage: string, flags: readonly string[], shape: Shape): readonly number[] {
  const way = wayOf(stage, flags);
  if (way) return way.ladder?.(shape) ?? [way.points(shape)];
  return isPointwise(stage as StageName) ? pointsLadder(shape) : [1];
}

/** SwiftShader, which Chromium has, would need minutes for all: there one number of points is compiled, drawn by the seed. */
function isSparing({ lane, adapter }: LaneContext): boolean {
  return lane === 'chromium' && isSoftware(adapter.info);
}

/** All stages; where that is too many a fifth, another for each D, drawn by the seed. */
function stagesOf(context: LaneContext, i: number): [string, string[][]][] {
  const stages = Object.entries(permutations);
  return isSparing(context) ? stages.filter((_, s) => (s + i + context.seed) % FEATURES.length === 0) : stages;
}

/** Every permutation of every stage compiles, with every number of points per invocation that there is. */
export const compile: readonly LaneCase[] = FEATURES.map((D, i) => ({
  name: `compile: every permutation of every stage, or a fifth of them in Chromium, D ${D}`,
  lanes: LANES,
  async run(context) {
    const pipelines = Pipelines.of(context.device);
    for (const [stage, variants] of stagesOf(context, i)) {
      // Never asked for.
      if (stage.startsWith('finalize') && D > 16) continue;
      for (const flags of variants.filter((flags) => isAskedFor(stage, flags, D))) {
        const ladder = ladderOf(stage, flags, shapeOf(D));
        for (const points of isSparing(context) ? [ladder[context.seed % ladder.length]!] : ladder) {
          await pipelines.get(stage as StageName, shapeOf(D), flags as Flag[], { points });
        }
      }
    }
  },
}));
