import type * as Emgpu from 'emgpu';

/** A device, and emgpu's way to wait for it. */
export interface Timed extends Pick<typeof Emgpu, 'workDone'> {
  readonly device: GPUDevice;
}

/** A dispatch that can be repeated. */
export interface Job {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly groups: readonly [x: number, y: number];
}

/** A timing lasts at least so many ms: clocks are coarse and starts take time. */
const LEAST_MS = 20;
const REPEATS = 3;
/** Milliseconds between two looks at a device that must be asked. */
const PATIENCE = 1;

/** Wall ms of one dispatch, the least of some timings of many in one submit, without what a submit takes by itself. */
export async function quickest(timed: Timed, job: Job, waiting: number): Promise<number> {
  let count = 1;
  let ms = await time(timed, job, count);
  while (ms - waiting < LEAST_MS) {
    count = Math.ceil(count * Math.min(16, Math.max(2, (1.5 * LEAST_MS) / Math.max(ms - waiting, 0.1))));
    ms = await time(timed, job, count);
  }
  for (let i = 1; i < REPEATS; i++) ms = Math.min(ms, await time(timed, job, count));
  return (ms - waiting) / count;
}

/** What a submit with nothing to do takes until it is known to be done, in ms: the least of several. */
export async function emptySubmit({ device, workDone }: Timed): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 10; i++) {
    const began = performance.now();
    device.queue.submit([device.createCommandEncoder().finish()]);
    await workDone(device, PATIENCE);
    least = Math.min(least, performance.now() - began);
  }
  return least;
}

/** Wall ms of `count` dispatches in one submit. */
async function time({ device, workDone }: Timed, { pipeline, group, groups }: Job, count: number): Promise<number> {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  for (let i = 0; i < count; i++) pass.dispatchWorkgroups(...groups);
  pass.end();
  const began = performance.now();
  device.queue.submit([encoder.finish()]);
  await workDone(device, PATIENCE);
  return performance.now() - began;
}
