import type { SeedingDistances } from '../../em/types.ts';
import type { GpuContext } from './context.ts';
import { encodeJobs, JOB_STRIDE } from './job.ts';
import { Memory, Usage } from './memory.ts';
import { BATCH_HEADER } from './pack.ts';
import { PARAMETER_BYTES } from './pipelines.ts';
import { readBack } from './readout.ts';
import type { Shape } from './shape.ts';
import type { Window } from './windows.ts';
import { batchBinding, bind } from './workspace.ts';

/** A run of ascending indices that lie in one window. */
interface Segment {
  readonly window: Window;
  readonly first: number;
  readonly count: number;
}

function segments(indices: Uint32Array, windows: readonly Window[]): Segment[] {
  const list: Segment[] = [];
  let first = 0;
  for (const window of windows) {
    let end = first;
    while (end < indices.length && indices[end]! < window.first + window.count) end++;
    if (end > first) list.push({ window, first, count: end - first });
    first = end;
  }
  return list;
}

/** What both uses of a list of rows share: the list on the device (each index within its window) and one job per segment. */
async function upload({ device }: GpuContext, memory: Memory, indices: Uint32Array, parts: readonly Segment[]) {
  const rows = await memory.buffer('row indices', indices.byteLength, Usage.STORAGE | Usage.COPY_DST);
  const local = new Uint32Array(indices);
  for (const { window, first, count } of parts) {
    for (let i = first; i < first + count; i++) local[i]! -= window.first;
  }
  device.queue.writeBuffer(rows, 0, local);
  const jobs = await memory.buffer('row jobs', parts.length * JOB_STRIDE, Usage.UNIFORM | Usage.COPY_DST);
  device.queue.writeBuffer(jobs, 0, encodeJobs(parts.map(({ first, count }) => ({ first, count }))));
  return { rows, jobs };
}

/** The points at these indices (any order), row-major, in the frame. */
export async function gatherRows(context: GpuContext, shape: Shape, windows: readonly Window[], indices: Uint32Array) {
  const { device, pipelines } = context;
  const { D, DB, W } = shape;
  const order = Uint32Array.from(indices.keys()).sort((a, b) => indices[a]! - indices[b]!);
  const sorted = order.map((i) => indices[i]!);
  const parts = segments(sorted, windows);
  const memory = new Memory(device);
  try {
    const stage = await pipelines.get('gather', shape);
    const { rows, jobs } = await upload(context, memory, sorted, parts);
    const bytes = indices.length * DB * W * 4;
    const result = await memory.buffer('gathered rows', bytes, Usage.STORAGE | Usage.COPY_SRC);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(stage.pipeline);
    parts.forEach(({ window, count }, i) => {
      pass.setBindGroup(0, bind(device, stage, jobs, window.buffer, rows, result), [i * JOB_STRIDE]);
      pass.dispatchWorkgroups(Math.ceil(count / 64));
    });
    pass.end();
    device.queue.submit([encoder.finish()]);
    const padded = new Float32Array(await readBack(context, result, bytes));
    const out = new Float64Array(indices.length * D);
    order.forEach((to, from) => {
      for (let d = 0; d < D; d++) out[to * D + d] = padded[from * DB * W + d]!;
    });
    return out;
  } finally {
    memory.destroy();
  }
}

/** Distances of the points at `sample` (ascending) to the nearest of a growing set of centres. */
export function seedingDistances(
  context: GpuContext,
  shape: Shape,
  windows: readonly Window[],
  weights: Float64Array,
  sample: Uint32Array,
): SeedingDistances {
  const { device, pipelines } = context;
  const padded = shape.DB * shape.W;
  const memory = new Memory(device);
  const parts = segments(sample, windows);
  const prepare = async () => {
    const stage = await pipelines.get('seed-distance', shape);
    const { rows, jobs } = await upload(context, memory, sample, parts);
    const parameters = await memory.buffer('seed', PARAMETER_BYTES, Usage.UNIFORM | Usage.COPY_DST);
    const nearest = await memory.buffer('nearest', sample.length * 4, Usage.STORAGE | Usage.COPY_SRC | Usage.COPY_DST);
    device.queue.writeBuffer(nearest, 0, new Float32Array(sample.length).fill(1e30));
    const groups = parts.map(({ window }) =>
      bind(device, stage, jobs, batchBinding(parameters), window.buffer, rows, nearest),
    );
    return { stage, parameters, nearest, groups };
  };
  let ready: ReturnType<typeof prepare> | undefined;
  return {
    size: sample.length,
    async add(center) {
      ready ??= prepare();
      const { stage, parameters, nearest, groups } = await ready;
      const block = new Float32Array(BATCH_HEADER + 2 * padded);
      block.set(center, BATCH_HEADER);
      block.set(weights, BATCH_HEADER + padded);
      device.queue.writeBuffer(parameters, 0, block);
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(stage.pipeline);
      parts.forEach(({ count }, i) => {
        pass.setBindGroup(0, groups[i]!, [i * JOB_STRIDE, 0]);
        pass.dispatchWorkgroups(Math.ceil(count / 64));
      });
      pass.end();
      device.queue.submit([encoder.finish()]);
      return new Float32Array(await readBack(context, nearest, sample.length * 4));
    },
    destroy: () => memory.destroy(),
  };
}
