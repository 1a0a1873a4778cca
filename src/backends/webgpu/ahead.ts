import { countSamples, type Points } from '../../data/points.ts';
import type { ExpectedPasses, KernelKind } from '../../em/types.ts';
import type { GpuContext } from './context.ts';
import { kernelOf, leanFromOf } from './kernels.ts';
import { leanWay } from './lean-plan.ts';
import { compileStages } from './lean-stages.ts';
import { shapeOf } from './shape.ts';
import { choosePoints } from './variant.ts';
import { weightFlags, windowRows } from './windows.ts';

/** Tied models sum the scatter of all points once, and from then on what diagonal models need. */
const firstKind = (kind: KernelKind): KernelKind => (kind === 'tied' ? 'tied-first' : kind);

/**
 * Begins to compile what lean passes over points will need, while these are on their way. What fails here fails once more where it is
 * needed, and is told there.
 */
export function compileAhead(context: GpuContext, points: Points, expected: ExpectedPasses, tune: boolean): void {
  const shape = shapeOf(points.nFeatures);
  const K = expected.nComponents;
  const kernel = kernelOf(firstKind(expected.kind));
  const way = leanWay(kernel, shape, K);
  if (!way || Math.min(countSamples(points), windowRows(context, shape)) < leanFromOf(context, kernel)) return;
  const compile = async () => {
    const atOnce = tune ? await choosePoints(context.tuning, way, shape, K) : way.points(shape);
    await compileStages(context, shape, { way, points: atOnce, K }, weightFlags(points.sampleWeight));
  };
  compile().catch(() => {});
}
