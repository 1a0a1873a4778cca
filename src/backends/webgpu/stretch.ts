import type { Frame } from '../../data/frame.ts';
import type { KernelParameters, StretchOptions } from '../../em/types.ts';
import { throwIfAborted } from '../../errors.ts';
import type { GpuContext } from './context.ts';
import { encodeJobs, JOB_STRIDE } from './job.ts';
import { type Memory, Usage } from './memory.ts';
import type { Dispatch, PassOptions } from './pace.ts';
import type { PackedBatches } from './pack.ts';
import { readMapped } from './readback.ts';
import type { Shape } from './shape.ts';

/** E-steps whose objectives the device keeps, and so iterations per readback at most. */
export const SLOTS = 16;
/** Readbacks under way at once, at most: the device goes on while the host reads. */
const IN_FLIGHT = 2;
/** Of the struct `Stretch` in `shaders/shared/stretch.wgsl`, before its array. */
const STATE_BYTES = 16 * 4;
/** What is read back of it: E-steps done, and why it ended. */
const READ_STATE_BYTES = 8;

/** What a stretch over the windows of a dataset starts from, and how it is stopped. */
export interface StretchPass {
  readonly parameters: KernelParameters;
  /** The same as the kernels read them. */
  readonly packed: PackedBatches;
  readonly frame: Frame;
  readonly options: StretchOptions & PassOptions;
}

/** What an objective is made of on the device: `parts` of so many bytes each. */
export interface Parts {
  readonly parts: number;
  readonly bytes: number;
}

/** How far a stretch has come, on the device, and the way back to the host. */
export interface Course extends Parts {
  /** The struct `Stretch`. */
  readonly state: GPUBuffer;
  /** Objectives of `SLOTS` E-steps. */
  readonly kept: GPUBuffer;
  /** What comes back beside state and objectives. */
  readonly results: readonly GPUBuffer[];
  readonly stagings: readonly GPUBuffer[];
}

export async function createCourse(
  memory: Memory,
  { D }: Shape,
  { parts, bytes }: Parts,
  results: readonly GPUBuffer[],
): Promise<Course> {
  const stateUsage = Usage.STORAGE | Usage.COPY_DST | Usage.COPY_SRC;
  const state = await memory.buffer('stretch', STATE_BYTES + D * 4, stateUsage);
  const kept = await memory.buffer('kept objectives', SLOTS * parts * bytes, Usage.STORAGE | Usage.COPY_SRC);
  const size = READ_STATE_BYTES + [kept, ...results].reduce((sum, buffer) => sum + buffer.size, 0);
  const stagings: GPUBuffer[] = [];
  for (let i = 0; i < IN_FLIGHT; i++) {
    stagings.push(await memory.buffer('staging', size, Usage.MAP_READ | Usage.COPY_DST));
  }
  return { parts, bytes, state, kept, results, stagings };
}

/** The job of the M-step: K, and vec4f of sums of a component. */
export async function createMaximizationJob(
  device: GPUDevice,
  memory: Memory,
  components: number,
  sums: number,
): Promise<GPUBuffer> {
  const job = await memory.buffer('job of M-steps', JOB_STRIDE, Usage.UNIFORM | Usage.COPY_DST);
  device.queue.writeBuffer(job, 0, encodeJobs([{ components, sums }]));
  return job;
}

/** What a stretch starts from, in the units in which the device has objectives. */
export interface Start {
  /** N, or the sum of the weights. */
  readonly totalWeight: number;
  /** Rows of totals. */
  readonly rows: number;
  readonly leastCount: number;
  /** Of the device's unit, per unit of the objective. */
  readonly unit: number;
  readonly normalizer: number;
}

/** The struct `Stretch` at its start. */
function encodeStart(
  { parts }: Course,
  { totalWeight, rows, leastCount, unit, normalizer }: Start,
  { steps, tolerance, noise, fall, regularizer }: StretchOptions,
): ArrayBuffer {
  const state = new ArrayBuffer(STATE_BYTES + regularizer.length * 4);
  new Uint32Array(state).set([0, 0, steps, SLOTS, parts, rows]);
  const limits = [totalWeight, leastCount, tolerance * unit, noise * unit, fall * unit];
  new Float32Array(state).set([...limits, 0, 1, 0, 0, normalizer, ...regularizer], 6);
  return state;
}

/** How one kind of stretch computes. */
export interface Stretching {
  readonly course: Course;
  readonly start: Start;
  /** The objective of one E-step from its parts. */
  objective(parts: DataView): number;
  /** Iterations of the next submit. */
  count(): number;
  /** Submits so many iterations, and `last` after them. Those after the end change nothing. */
  submit(count: number, last: (encoder: GPUCommandEncoder) => void): Promise<void>;
}

/** The objectives of all E-steps, and the results as the last one left them. */
interface StretchOutcome {
  readonly objectives: number[];
  readonly results: readonly ArrayBuffer[];
}

/**
 * E-steps with M-steps between them until the device ends it, or all are done. Parameters are on the device. How many iterations a submit
 * has, and so how many follow the end in vain, may depend on the device's speed; results do not.
 */
export async function driveStretch(
  { device }: GpuContext,
  stretching: Stretching,
  options: StretchOptions & PassOptions,
): Promise<StretchOutcome> {
  const { course } = stretching;
  device.queue.writeBuffer(course.state, 0, encodeStart(course, stretching.start, options));
  const objectives: number[] = [];
  const underWay: Promise<ArrayBuffer>[] = [];
  let [asked, submits] = [0, 0];
  try {
    for (;;) {
      // Where one iteration fills a submit the wait for it is nothing beside one in vain.
      const atOnce = stretching.count() > 1 ? IN_FLIGHT : 1;
      while (underWay.length < atOnce && asked < options.steps) {
        throwIfAborted(options.signal);
        options.check();
        const count = Math.min(stretching.count(), options.steps - asked);
        const staging = course.stagings[submits++ % IN_FLIGHT]!;
        await stretching.submit(count, (encoder) => copyBack(encoder, course, staging));
        asked += count;
        const bytes = readMapped(device, staging, staging.size);
        bytes.catch(() => {}); // told by the await below, or by whatever ended the stretch before
        underWay.push(bytes);
      }
      const bytes = await underWay.shift()!;
      options.check();
      if (takeObjectives(objectives, bytes, stretching)) return { objectives, results: resultsOf(bytes, course) };
      const last = objectives.at(-1)!;
      if (Number.isFinite(last)) options.onProgress?.(objectives.length, last);
    }
  } finally {
    // Their staging memory is to be free again.
    await Promise.allSettled(underWay);
  }
}

function copyBack(encoder: GPUCommandEncoder, { state, kept, results }: Course, staging: GPUBuffer): void {
  encoder.copyBufferToBuffer(state, 0, staging, 0, READ_STATE_BYTES);
  let at = READ_STATE_BYTES;
  for (const buffer of [kept, ...results]) {
    encoder.copyBufferToBuffer(buffer, 0, staging, at, buffer.size);
    at += buffer.size;
  }
}

/** Adds the objectives of the E-steps that a readback is the first to tell of; whether the stretch has ended. */
function takeObjectives(objectives: number[], bytes: ArrayBuffer, { course, objective }: Stretching): boolean {
  const [iteration, end] = new Uint32Array(bytes, 0, 2) as unknown as [number, number];
  const done = end ? iteration + 1 : iteration;
  const size = course.parts * course.bytes;
  for (let i = objectives.length; i < done; i++) {
    objectives.push(objective(new DataView(bytes, READ_STATE_BYTES + (i % SLOTS) * size, size)));
  }
  return end !== 0;
}

function resultsOf(bytes: ArrayBuffer, { kept, results }: Course): ArrayBuffer[] {
  let at = READ_STATE_BYTES + kept.size;
  return results.map(({ size }) => {
    at += size;
    return bytes.slice(at - size, at);
  });
}

/** A stage's dispatch as the last of an iteration: one workgroup. */
export function finalizeDispatch(stage: Dispatch['stage'], group: GPUBindGroup): Dispatch {
  return { stage, group, offsets: [0], size: [1] };
}
