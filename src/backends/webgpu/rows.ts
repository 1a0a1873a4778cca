import type { GpuContext } from './context.ts';
import { encodeJobs, JOB_STRIDE } from './job.ts';
import { Memory, Usage } from './memory.ts';
import { recordDispatch } from './pace.ts';
import { readBack } from './readout.ts';
import type { Shape } from './shape.ts';
import type { Window } from './windows.ts';
import { bind } from './workspace.ts';

/** A run of ascending indices that lie in one window, no more than one dispatch can take. */
export interface Segment {
  readonly window: Window;
  readonly first: number;
  readonly count: number;
}

/** 64 invocations × 65,535 workgroups hold more; whole tiles. */
const MOST = 2 ** 21;

/** Segments that cover a whole window; `first` counts over all windows. */
export function segmentsOf(window: Window): Segment[] {
  return Array.from({ length: Math.ceil(window.count / MOST) }, (_, i) => {
    return { window, first: window.first + i * MOST, count: Math.min(MOST, window.count - i * MOST) };
  });
}

/** Segments of ascending indices. */
export function segments(indices: Uint32Array, windows: readonly Window[]): Segment[] {
  const list: Segment[] = [];
  let first = 0;
  for (const window of windows) {
    let end = first;
    while (end < indices.length && indices[end]! < window.first + window.count) end++;
    for (; first < end; first += MOST) list.push({ window, first, count: Math.min(MOST, end - first) });
    first = end;
  }
  return list;
}

/** A list of rows on the device, each index within its window. */
export async function uploadRows(
  { device }: GpuContext,
  memory: Memory,
  indices: Uint32Array,
  parts: readonly Segment[],
): Promise<GPUBuffer> {
  const rows = await memory.buffer('row indices', indices.byteLength, Usage.STORAGE | Usage.COPY_DST);
  const local = new Uint32Array(indices);
  for (const { window, first, count } of parts) {
    for (let i = first; i < first + count; i++) local[i]! -= window.first;
  }
  device.queue.writeBuffer(rows, 0, local);
  return rows;
}

/** Rows that are gathered at once take no more memory on the device than this. */
const PIECE_BYTES = 16 * 2 ** 20;

/** The points at these indices (any order), row-major, in the frame. */
export async function gatherRows(context: GpuContext, shape: Shape, windows: readonly Window[], indices: Uint32Array) {
  const { D, DB, W } = shape;
  const order = Uint32Array.from(indices.keys()).sort((a, b) => indices[a]! - indices[b]!);
  const out = new Float64Array(indices.length * D);
  const most = Math.floor(PIECE_BYTES / (DB * W * 4));
  for (let first = 0; first < order.length; first += most) {
    const piece = order.subarray(first, first + most);
    const padded = await gatherPiece(
      context,
      shape,
      windows,
      Uint32Array.from(piece, (i) => indices[i]!),
    );
    piece.forEach((to, from) => {
      for (let d = 0; d < D; d++) out[to * D + d] = padded[from * DB * W + d]!;
    });
  }
  return out;
}

/** The points at these ascending indices, each padded to whole vectors. */
async function gatherPiece(
  context: GpuContext,
  shape: Shape,
  windows: readonly Window[],
  sorted: Uint32Array,
): Promise<Float32Array> {
  const { device, pipelines } = context;
  const parts = segments(sorted, windows);
  const memory = new Memory(device);
  try {
    const stage = await pipelines.get('gather', shape);
    const rows = await uploadRows(context, memory, sorted, parts);
    const jobs = await memory.buffer('row jobs', parts.length * JOB_STRIDE, Usage.UNIFORM | Usage.COPY_DST);
    device.queue.writeBuffer(jobs, 0, encodeJobs(parts.map(({ first, count }) => ({ first, count }))));
    const bytes = sorted.length * shape.DB * shape.W * 4;
    const result = await memory.buffer('gathered rows', bytes, Usage.STORAGE | Usage.COPY_SRC);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    parts.forEach(({ window, count }, i) => {
      const group = bind(device, stage, jobs, window.buffer, rows, result);
      recordDispatch(pass, { stage, group, offsets: [i * JOB_STRIDE], size: [Math.ceil(count / 64)] });
    });
    pass.end();
    device.queue.submit([encoder.finish()]);
    return new Float32Array(await readBack(context, result, bytes));
  } finally {
    memory.destroy();
  }
}
