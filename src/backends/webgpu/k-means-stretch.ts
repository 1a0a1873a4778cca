import type { KernelParameters, Statistics, Stretch } from '../../em/types.ts';
import type { GpuContext } from './context.ts';
import type { Kernel } from './kernels.ts';
import { type Memory, Usage } from './memory.ts';
import { unpadMeans } from './mixture-stretch.ts';
import type { Dispatch } from './pace.ts';
import type { Shape } from './shape.ts';
import {
  type Course,
  createCourse,
  driveStretch,
  finalizeDispatch,
  type Stretching,
  type StretchPass,
} from './stretch.ts';
import { bind } from './workspace.ts';

/** Where passes of k-means leave their sums, and the M-step on the device the next centres. */
export interface KMeansWork {
  readonly kernel: Kernel;
  readonly K: number;
  /** Rows of totals, of each window in turn. */
  readonly rows: readonly number[];
  /** The job of the M-step: K, and the sums of a cluster. */
  readonly jobs: GPUBuffer;
  readonly totals: GPUBuffer;
  readonly parameters: GPUBuffer;
}

/** The M-step of k-means on the device. */
export interface KMeansMaximization {
  readonly work: KMeansWork;
  readonly course: Course;
  readonly finalize: Dispatch;
}

/** Count and inertia of a cluster in one row of totals, as `finalize-k-means.wgsl` keeps them. */
const PART_BYTES = 8;

export async function createKMeansMaximization(
  context: GpuContext,
  shape: Shape,
  memory: Memory,
  work: KMeansWork,
): Promise<KMeansMaximization> {
  const { device, pipelines } = context;
  const { kernel, K, jobs, totals, parameters } = work;
  const stage = await pipelines.get(kernel.finalize!.stage, shape, kernel.finalize!.flags);
  const before = await memory.buffer('centres before', K * shape.DB * shape.W * 4, Usage.STORAGE | Usage.COPY_SRC);
  const course = await createCourse(memory, shape, { parts: rowsOf(work) * K, bytes: PART_BYTES }, [before]);
  const group = bind(device, stage, jobs, course.state, totals, course.kept, before, parameters);
  return { work, course, finalize: finalizeDispatch(stage, group) };
}

function rowsOf({ rows }: KMeansWork): number {
  return rows.reduce((sum, count) => sum + count, 0);
}

/** Minus the inertia, added up as `unpackStatistics` does in every window, and then `addStatistics`. */
function objectiveOf(parts: DataView, { K, rows }: KMeansWork): number {
  let total = 0;
  let first = 0;
  for (const count of rows) {
    let inertia = 0;
    for (let k = 0; k < K; k++) {
      let ofCluster = 0;
      for (let row = first; row < first + count; row++) {
        ofCluster += parts.getFloat32((row * K + k) * PART_BYTES + 4, true);
      }
      inertia += ofCluster;
    }
    total += inertia;
    first += count;
  }
  return -total;
}

/**
 * Up to `steps` E-steps in a row, of which the last, whose judgement ended it, is not told of: the host does the M-step before it in
 * float64, and sees for itself. `evaluate` does the E-step before that one again, for its sums. Undefined where there was only one.
 */
export async function runKMeansStretch(
  context: GpuContext,
  shape: Shape,
  { work, course }: KMeansMaximization,
  how: Pick<Stretching, 'count' | 'submit'>,
  evaluate: (reached: KernelParameters) => Promise<Statistics>,
  { parameters, packed, options }: StretchPass,
): Promise<Stretch | undefined> {
  context.device.queue.writeBuffer(work.parameters, 0, packed.data);
  // Neither the weight of all points nor the normalizer plays a part.
  const start = { rows: rowsOf(work), totalWeight: 0, leastCount: 0, unit: 1, normalizer: 0 };
  const objective = (parts: DataView) => objectiveOf(parts, work);
  const { objectives, results } = await driveStretch(context, { ...how, course, start, objective }, options);
  if (objectives.length < 2) return undefined;
  const means = unpadMeans(new Float32Array(results[0]!), parameters, shape);
  return { objectives: objectives.slice(0, -1), statistics: await evaluate({ ...parameters, means }) };
}
