import type { Roof } from '../formulas.ts';
import { type CopyKernel, copyKernel, fmaKernel, RESULTS } from './kernels.ts';
import { emptySubmit, type Job, quickest, type Timed } from './timing.ts';

const FMA_KERNELS = [64, 128, 256].flatMap((size) => [1, 2, 4, 8].map((chains) => fmaKernel(size, chains)));
const COPY_KERNELS = [64, 256].flatMap((size) => [1, 4].map((each) => copyKernel(size, each)));

/** A dispatch of multiply-adds lasts this long, if so many invocations can: beside it, its ramp and its tail are short. */
const DISPATCH_MS = 4;
const MOST_INVOCATIONS = 2 ** 22;
/** Of each buffer: far more than caches hold. */
const COPY_BYTES = 2 ** 28;

const STORAGE = 0x0080;
const UNIFORM = 0x0040;
const COPY_DST = 0x0008;

/** A roof, and what it was measured with. */
export interface MeasuredRoof extends Roof {
  readonly how: string;
}

/** Measures float32 multiply-adds and copying on a device, in a few seconds at most: each the best of several kernels. */
export async function measureRoof(timed: Timed): Promise<MeasuredRoof> {
  const { device } = timed;
  const waiting = await emptySubmit(timed);
  const fma = await withBuffers(device, [16, RESULTS * 16], (buffers) => fmaPeak(timed, buffers, waiting));
  const bytes = Math.min(COPY_BYTES, device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
  const copy = await withBuffers(device, [bytes, bytes], (buffers) => copyRate(timed, buffers, waiting));
  return {
    gflops: fma.rate,
    gbps: copy.rate,
    how: `multiply-adds: ${fma.label}; copy of ${bytes / 2 ** 20} MiB: ${copy.label}`,
  };
}

interface Best {
  /** 10⁹ per second. */
  readonly rate: number;
  readonly label: string;
}

async function fmaPeak(timed: Timed, buffers: GPUBuffer[], waiting: number): Promise<Best> {
  const { device } = timed;
  // Factor below 1, so that numbers stay where they are.
  device.queue.writeBuffer(buffers[0]!, 0, Float32Array.of(0.5, 0.25, 1e-6, 0));
  const jobs = await Promise.all(
    FMA_KERNELS.map(async (kernel) => ({ kernel, ...(await prepare(device, kernel.wgsl, buffers)) })),
  );
  const sized = (job: (typeof jobs)[number], invocations: number) => ({
    ...job,
    groups: gridOf(invocations / job.kernel.workgroupSize),
    work: invocations * job.kernel.flop,
    label: job.kernel.label,
  });
  let invocations = 2 ** 14;
  while (invocations < MOST_INVOCATIONS && (await quickest(timed, sized(jobs[0]!, invocations), waiting)) < DISPATCH_MS)
    invocations *= 2;
  return best(
    timed,
    jobs.map((job) => sized(job, invocations)),
    waiting,
  );
}

async function copyRate(timed: Timed, buffers: GPUBuffer[], waiting: number): Promise<Best> {
  const { device } = timed;
  const bytes = buffers[0]!.size;
  const jobs = await Promise.all(
    COPY_KERNELS.map(async (kernel: CopyKernel) => ({
      ...(await prepare(device, kernel.wgsl, buffers)),
      groups: gridOf(bytes / 16 / kernel.workgroupSize / kernel.each),
      work: 2 * bytes,
      label: kernel.label,
    })),
  );
  return best(timed, jobs, waiting);
}

/** A power of two of workgroups, in two dimensions where one is not allowed to be so long. */
function gridOf(groups: number): readonly [number, number] {
  const whole = 2 ** Math.floor(Math.log2(groups));
  return whole <= 32_768 ? [whole, 1] : [32_768, whole / 32_768];
}

async function best(timed: Timed, jobs: readonly (Job & { work: number; label: string })[], waiting: number) {
  let winner: Best = { rate: 0, label: '' };
  for (const job of jobs) {
    const ms = await quickest(timed, job, waiting);
    const rate = job.work / ms / 1e6;
    if (rate > winner.rate) winner = { rate, label: job.label };
  }
  return winner;
}

async function prepare(device: GPUDevice, code: string, buffers: readonly GPUBuffer[]) {
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  return { pipeline, group: device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }) };
}

async function withBuffers<T>(
  device: GPUDevice,
  sizes: readonly number[],
  use: (buffers: GPUBuffer[]) => Promise<T>,
): Promise<T> {
  const buffers = sizes.map((size) =>
    device.createBuffer({ size, usage: STORAGE | COPY_DST | (size === 16 ? UNIFORM : 0) }),
  );
  try {
    return await use(buffers);
  } finally {
    for (const buffer of buffers) buffer.destroy();
  }
}
