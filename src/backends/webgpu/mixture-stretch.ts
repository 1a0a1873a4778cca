import type { Frame } from '../../data/frame.ts';
import type { KernelParameters, Stretch } from '../../em/types.ts';
import type { GpuContext } from './context.ts';
import { sumLogLikelihoods } from './expectation.ts';
import { type Kernel, unpackStatistics } from './kernels.ts';
import { type Memory, Usage } from './memory.ts';
import type { Dispatch } from './pace.ts';
import { type PackedBatches, roundMeans } from './pack.ts';
import type { MomentsLayout, Shape } from './shape.ts';
import {
  type Course,
  createCourse,
  driveStretch,
  finalizeDispatch,
  type Start,
  type Stretching,
  type StretchPass,
} from './stretch.ts';
import type { Window } from './windows.ts';
import { bind } from './workspace.ts';

/** Where the E-steps of a mixture leave their sums, and the M-step on the device what follows from them. */
export interface MixtureWork {
  readonly kernel: Kernel;
  readonly K: number;
  readonly layout: MomentsLayout;
  /** Of totals. */
  readonly rows: number;
  /** Partial log-likelihoods of an E-step. */
  readonly likelihoods: number;
  /** The job of the M-step: K, and the sums of a component. */
  readonly jobs: GPUBuffer;
  readonly totals: GPUBuffer;
  readonly logLikelihoods: GPUBuffer;
  readonly means: GPUBuffer;
  readonly parameters: GPUBuffer;
  /** Jobs of the E-steps, which the device empties once the stretch has ended; without them E-steps that follow do the same again. */
  readonly halts?: GPUBuffer;
}

/** A mixture's M-step on the device. */
export interface MixtureMaximization {
  readonly work: MixtureWork;
  readonly course: Course;
  readonly finalize: Dispatch;
}

export async function createMixtureMaximization(
  context: GpuContext,
  shape: Shape,
  memory: Memory,
  work: MixtureWork,
): Promise<MixtureMaximization> {
  const { device, pipelines } = context;
  const { jobs, totals, logLikelihoods, means, parameters, halts, likelihoods } = work;
  const { stage: name, flags } = work.kernel.finalize!;
  const stage = await pipelines.get(name, shape, halts ? [...flags, 'HALTS'] : flags);
  const offsets = offsetsOf(work.layout);
  const table = await memory.buffer('offsets', offsets.byteLength, Usage.STORAGE | Usage.COPY_DST);
  device.queue.writeBuffer(table, 0, offsets);
  const course = await createCourse(memory, shape, { parts: likelihoods, bytes: 12 }, [means, totals]);
  const inputs = [course.state, totals, table, logLikelihoods];
  const outputs = [course.kept, means, parameters, ...(halts ? [halts] : [])];
  const group = bind(device, stage, jobs, ...inputs, ...outputs);
  return { work, course, finalize: finalizeDispatch(stage, group) };
}

/** Where a component's count, first and second moments lie among its sums, in floats. */
function offsetsOf({ count, first, second }: MomentsLayout): Uint32Array<ArrayBuffer> {
  return Uint32Array.of(count, ...first, ...second);
}

/** Objectives are in base-2 logarithms on the device. */
function startOf(
  { rows }: MixtureWork,
  packed: PackedBatches,
  frame: Frame,
  { totalWeight, largestWeight }: Window,
): Start {
  const D = frame.shift.length;
  const jacobian = frame.scale.reduce((sum, s) => sum + Math.log(s), 0);
  const normalizer = -0.5 * D * Math.log(2 * Math.PI) - jacobian - packed.offset;
  // Whatever the weights, more than this is more than 2 (D + 1) points.
  const leastCount = 2 * (D + 1) * largestWeight;
  return { totalWeight, rows, leastCount, unit: Math.LOG2E, normalizer: normalizer * Math.LOG2E };
}

/** Up to `steps` E-steps in a row; the host goes on from the sums of the last. */
export async function runMixtureStretch(
  context: GpuContext,
  shape: Shape,
  { work, course }: MixtureMaximization,
  how: Pick<Stretching, 'count' | 'submit'>,
  window: Window,
  { parameters, packed, frame, options }: StretchPass,
): Promise<Stretch> {
  const { device } = context;
  device.queue.writeBuffer(work.parameters, 0, packed.data);
  device.queue.writeBuffer(work.means, 0, roundMeans(parameters, shape).padded);
  const offset = window.totalWeight * packed.offset;
  const start = startOf(work, packed, frame, window);
  const objective = (parts: DataView) => sumLogLikelihoods(parts, work.likelihoods) + offset;
  const { objectives, results } = await driveStretch(context, { ...how, course, start, objective }, options);
  const [means, totals] = results.map((bytes) => new Float32Array(bytes)) as [Float32Array, Float32Array];
  const { count: nSamples, totalWeight } = window;
  const statistics = unpackStatistics(work.kernel, parameters, work.layout, {
    ...{ totals, groups: work.rows, centers: unpadMeans(means, parameters, shape) },
    ...{ logLikelihood: objectives.at(-1)!, nSamples, totalWeight },
  });
  return { objectives, statistics };
}

/** K × D float64 numbers from the K × DB × W on the device. */
export function unpadMeans(
  padded: Float32Array,
  { nComponents: K, nFeatures: D }: KernelParameters,
  { DB, W }: Shape,
): Float64Array {
  return Float64Array.from({ length: K * D }, (_, i) => padded[Math.floor(i / D) * DB * W + (i % D)]!);
}
