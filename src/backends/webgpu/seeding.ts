import { SEEDING_TILE, type SeedingDistances } from '../../em/seeding-distances.ts';
import type { GpuContext } from './context.ts';
import { encodeJobs, JOB_STRIDE, type Job } from './job.ts';
import { Memory, Usage } from './memory.ts';
import { recordDispatch } from './pace.ts';
import { BATCH_HEADER } from './pack.ts';
import { PARAMETER_BYTES, type Stage } from './pipelines.ts';
import { readMapped } from './readback.ts';
import { readBack } from './readout.ts';
import { type Segment, segments, segmentsOf, uploadRows } from './rows.ts';
import type { Shape } from './shape.ts';
import { type Window, weighing } from './windows.ts';
import { batchBinding, bind } from './workspace.ts';

/** Candidates that are looked at together at most: `SLOTS` of `seed-potential.wgsl`, less one. */
const CANDIDATES = 16;
const TILE_BYTES = SEEDING_TILE * 4;
/** Tiles whose values come to the host at once. */
const STAGED_TILES = 2 ** 14;

/** What the values of a seeding are: nothing yet, the points' weights, weighted squared distances from the nearest centre. */
type State = 'empty' | 'weights' | 'distances';
/** Each has jobs of its own, in this order. */
const STATES: readonly State[] = ['empty', 'weights', 'distances'];

/** What the next dispatch makes of the values: every one becomes the point's weight; distances replace them; the smaller is kept. */
const JOBS: Record<State, Partial<Job>> = {
  empty: { fresh: 1, offset: 1 },
  weights: { fresh: 1 },
  distances: {},
};

/** What a seeding has on the device. */
interface Seeding {
  readonly parameters: GPUBuffer;
  readonly values: GPUBuffer;
  readonly sums: GPUBuffer;
  readonly tiles: number;
  readonly distance: BoundStage;
  readonly potential: BoundStage;
}

/** A stage, and what it binds for each of the parts. */
interface BoundStage {
  readonly stage: Stage;
  readonly groups: readonly GPUBindGroup[];
}

/** Positions that one dispatch goes over, in whole tiles: the first and the last may have positions of other windows as well. */
interface Part extends Segment {
  readonly tileFirst: number;
  readonly tileCount: number;
  /** Where the rows of these tiles begin in the list of rows. */
  readonly rowsFirst: number;
}

/** Without a list of positions the list of rows is that of the first window, for all of them: it is the largest. */
function partsOf(windows: readonly Window[], positions: Uint32Array | undefined): Part[] {
  const list = positions ? segments(positions, windows) : windows.flatMap(segmentsOf);
  return list.map((segment) => {
    const tileFirst = Math.floor(segment.first / SEEDING_TILE);
    const tileCount = Math.ceil((segment.first + segment.count) / SEEDING_TILE) - tileFirst;
    const rowsFirst = positions ? tileFirst * SEEDING_TILE : segment.first - segment.window.first;
    return { ...segment, tileFirst, tileCount, rowsFirst };
  });
}

/** The list of rows, each within its window. */
async function uploadPositions(
  context: GpuContext,
  memory: Memory,
  parts: readonly Part[],
  positions: Uint32Array | undefined,
): Promise<GPUBuffer> {
  if (positions) return uploadRows(context, memory, positions, parts);
  const { window } = parts[0]!;
  const rows = await memory.buffer('rows of a window', window.count * 4, Usage.STORAGE | Usage.COPY_DST);
  for (const { first, count } of segmentsOf(window)) {
    context.device.queue.writeBuffer(
      rows,
      first * 4,
      Uint32Array.from({ length: count }, (_, i) => first + i),
    );
  }
  return rows;
}

/** A range of whole tiles, or what there is of them: a whole buffer may be more than can be bound. */
function tilesOf(buffer: GPUBuffer, firstTile: number, tiles: number): GPUBufferBinding {
  const offset = firstTile * TILE_BYTES;
  return { buffer, offset, size: Math.min(tiles * TILE_BYTES, buffer.size - offset) };
}

/** One job per part and state. */
async function uploadJobs({ device }: GpuContext, memory: Memory, parts: readonly Part[], tiles: number) {
  const list = STATES.flatMap((state) =>
    parts.map(({ first, count, tileFirst }): Partial<Job> => {
      return { first: first - tileFirst * SEEDING_TILE, count, row: tiles, tileFirst, ...JOBS[state] };
    }),
  );
  const jobs = await memory.buffer('seeding jobs', list.length * JOB_STRIDE, Usage.UNIFORM | Usage.COPY_DST);
  device.queue.writeBuffer(jobs, 0, encodeJobs(list));
  return jobs;
}

async function prepare(
  context: GpuContext,
  memory: Memory,
  shape: Shape,
  parts: readonly Part[],
  positions: Uint32Array | undefined,
): Promise<Seeding> {
  const { device, pipelines } = context;
  const tiles = parts.at(-1)!.tileFirst + parts.at(-1)!.tileCount;
  const { flags } = weighing(parts[0]!.window);
  const [distance, potential] = await Promise.all([
    pipelines.get('seed-distance', shape, flags),
    pipelines.get('seed-potential', shape, flags),
  ]);
  const rows = await uploadPositions(context, memory, parts, positions);
  const jobs = await uploadJobs(context, memory, parts, tiles);
  const parameters = await memory.buffer('seeds', PARAMETER_BYTES, Usage.UNIFORM | Usage.COPY_DST);
  const storage = Usage.STORAGE | Usage.COPY_SRC | Usage.COPY_DST;
  const values = await memory.buffer('seeding values', tiles * TILE_BYTES, storage);
  const sums = await memory.buffer('seeding sums', (CANDIDATES + 1) * tiles * 4, storage);
  const bound = (stage: Stage, ...own: GPUBuffer[]): BoundStage => {
    const groups = parts.map(({ window, tileFirst, tileCount, rowsFirst }) => {
      const listed = [tilesOf(rows, rowsFirst / SEEDING_TILE, tileCount), tilesOf(values, tileFirst, tileCount)];
      const resources = [window.buffer, ...listed, ...own, ...weighing(window).bindings];
      return bind(device, stage, jobs, batchBinding(parameters), ...resources);
    });
    return { stage, groups };
  };
  return { parameters, values, sums, tiles, distance: bound(distance), potential: bound(potential, sums) };
}

/** What `shared/seeding.wgsl` reads: weights of squared differences, then the candidates. */
function packCandidates({ D, DB, W }: Shape, weights: Float64Array, candidates: Float64Array) {
  const padded = DB * W;
  const count = candidates.length / D;
  const block = new Float32Array(BATCH_HEADER + (1 + count) * padded);
  new Uint32Array(block.buffer).set([0, count]);
  block.set(weights, BATCH_HEADER);
  for (let c = 0; c < count; c++) {
    block.set(candidates.subarray(c * D, (c + 1) * D), BATCH_HEADER + (1 + c) * padded);
  }
  return block;
}

/** Runs of numbers that follow one another, and where in the list they are. */
function runsOf(numbers: Uint32Array): { first: number; count: number; at: number }[] {
  const runs: { first: number; count: number; at: number }[] = [];
  numbers.forEach((number, at) => {
    const last = runs.at(-1);
    if (last && number === last.first + last.count) last.count++;
    else runs.push({ first: number, count: 1, at });
  });
  return runs;
}

/** Values of the points at `positions` (ascending rows; all points where there are none), kept on the device. */
export class GpuSeeding implements SeedingDistances {
  readonly size: number;
  readonly #context: GpuContext;
  readonly #shape: Shape;
  readonly #weights: Float64Array;
  readonly #positions: Uint32Array | undefined;
  readonly #parts: readonly Part[];
  readonly #memory: Memory;
  #state: State = 'empty';
  #starting: Promise<Seeding> | undefined;

  /** `weights`: D, of squared differences. */
  constructor(
    context: GpuContext,
    shape: Shape,
    windows: readonly Window[],
    weights: Float64Array,
    positions: Uint32Array | undefined,
  ) {
    this.size = positions?.length ?? windows.reduce((n, { count }) => n + count, 0);
    this.#context = context;
    this.#shape = shape;
    this.#weights = weights;
    this.#positions = positions;
    this.#parts = partsOf(windows, positions);
    this.#memory = new Memory(context.device);
  }

  rowAt(position: number): number {
    return this.#positions ? this.#positions[position]! : position;
  }

  async add(center: Float64Array): Promise<void> {
    this.#submitCenter(await this.#ready(), packCandidates(this.#shape, this.#weights, center), 'distances');
  }

  async tileSums(candidates: Float64Array): Promise<Float64Array> {
    const { device } = this.#context;
    const { parameters, sums, potential, tiles } = await this.#ready();
    device.queue.writeBuffer(parameters, 0, packCandidates(this.#shape, this.#weights, candidates));
    const encoder = device.createCommandEncoder();
    encoder.clearBuffer(sums);
    this.#dispatch(encoder, potential, ({ tileCount }) => tileCount);
    device.queue.submit([encoder.finish()]);
    const bytes = (1 + candidates.length / this.#shape.D) * tiles * 4;
    return Float64Array.from(new Float32Array(await readBack(this.#context, sums, bytes)));
  }

  async tileValues(tiles: Uint32Array): Promise<Float64Array> {
    const { device } = this.#context;
    const { values } = await this.#ready();
    const out = new Float64Array(tiles.length * SEEDING_TILE);
    const scratch = new Memory(device);
    try {
      const bytes = Math.min(tiles.length, STAGED_TILES) * TILE_BYTES;
      const staging = await scratch.buffer('values', bytes, Usage.MAP_READ | Usage.COPY_DST);
      for (let from = 0; from < tiles.length; from += STAGED_TILES) {
        const piece = tiles.subarray(from, from + STAGED_TILES);
        const encoder = device.createCommandEncoder();
        for (const { first, count, at } of runsOf(piece)) {
          encoder.copyBufferToBuffer(values, first * TILE_BYTES, staging, at * TILE_BYTES, count * TILE_BYTES);
        }
        device.queue.submit([encoder.finish()]);
        out.set(new Float32Array(await readMapped(device, staging, piece.length * TILE_BYTES)), from * SEEDING_TILE);
      }
      return out;
    } finally {
      scratch.destroy();
    }
  }

  destroy(): void {
    this.#memory.destroy();
  }

  #ready(): Promise<Seeding> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** Every value is the point's weight. */
  async #start(): Promise<Seeding> {
    const { device } = this.#context;
    const seeding = await prepare(this.#context, this.#memory, this.#shape, this.#parts, this.#positions);
    const clear = device.createCommandEncoder();
    clear.clearBuffer(seeding.values);
    device.queue.submit([clear.finish()]);
    const nothing = new Float64Array(this.#shape.D);
    this.#submitCenter(seeding, packCandidates(this.#shape, nothing, nothing), 'weights');
    return seeding;
  }

  #submitCenter({ parameters, distance }: Seeding, block: Float32Array<ArrayBuffer>, next: State): void {
    const { device } = this.#context;
    device.queue.writeBuffer(parameters, 0, block);
    const encoder = device.createCommandEncoder();
    this.#dispatch(encoder, distance, ({ count }) => Math.ceil(count / 64));
    device.queue.submit([encoder.finish()]);
    this.#state = next;
  }

  #dispatch(encoder: GPUCommandEncoder, { stage, groups }: BoundStage, workgroups: (part: Part) => number): void {
    const first = STATES.indexOf(this.#state) * this.#parts.length;
    const pass = encoder.beginComputePass();
    this.#parts.forEach((part, i) => {
      recordDispatch(pass, {
        stage,
        group: groups[i]!,
        offsets: [(first + i) * JOB_STRIDE, 0],
        size: [workgroups(part)],
      });
    });
    pass.end();
  }
}
