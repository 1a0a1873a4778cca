import { throwIfAborted } from '../../errors.ts';
import { workDone } from '../waiting.ts';
import type { GpuContext } from './context.ts';
import { densityCommands, momentCommands } from './expectation.ts';
import type { MomentsGrid } from './grid.ts';
import { encodeJobs, JOB_STRIDE } from './job.ts';
import { Usage } from './memory.ts';
import { type Dispatch, type PassOptions, recordDispatch } from './pace.ts';
import type { PackedBatches } from './pack.ts';
import { Search } from './search.ts';
import { GRAIN, type Shape } from './shape.ts';
import type { Variant } from './variant.ts';
import type { Window } from './windows.ts';
import type { Chunk, Workspace } from './workspace.ts';

/** Seconds of measurements at most. Compilation costs nobody's time: passes go on meanwhile. */
const SECONDS = 0.8;
/** Seconds of a pass that are dispatched at once, at most. */
const CHUNK_SECONDS = 0.02;
/** Seconds that a measurement takes at least, and how many there are of each of a pair; the shortest counts. */
const LEAST_SECONDS = 0.008;
const ROUNDS = 5;
/** A variant must be this much faster than another to be taken instead, or the choice would be noise. */
const MARGIN = 0.95;
/** One that takes this much longer is measured no more than twice: once may be an accident. */
const HOPELESS = 1.5;

/** What is tried: the stages of a workspace as its last pass left it, that over this window having taken `seconds`. */
export interface Tried {
  readonly context: GpuContext;
  readonly shape: Shape;
  readonly work: Workspace;
  readonly packed: PackedBatches;
  readonly window: Window;
  readonly seconds: number;
}

/** What there is to choose from: points per invocation, components side by side. */
export interface Choice {
  readonly points: readonly number[];
  readonly across: readonly number[];
}

/** The fastest variant that was tried, and of which of its parts all were tried that were worth it: time may run out. */
export interface Outcome {
  readonly best: Variant;
  readonly known: Readonly<Record<keyof Variant, boolean>>;
}

/**
 * Times variants of a workspace's two large stages, apart from each other, on the points, parameters and responsibilities that
 * are there, between passes. What it overwrites is scratch memory; what it allocates goes with the workspace.
 */
export class Trial {
  readonly #device: GPUDevice;
  readonly #searches: readonly [points: Search, across: Search];
  /** Dispatches per measurement, one number for each search: known after its first. */
  readonly #repeats = new Map<Search, number>();
  #seconds = 0;
  /** Seconds of the longest first dispatch of a variant: the next one is taken to be no shorter. */
  #longestStart = 0;

  private constructor(device: GPUDevice, searches: readonly [Search, Search]) {
    this.#device = device;
    this.#searches = searches;
  }

  static async start(tried: Tried, choice: Choice): Promise<Trial> {
    const { context, shape, work } = tried;
    const grids = choice.across.map((across) => work.kernel.grid(shape, work.K, across));
    const chunk = trialChunk(tried);
    const jobs = await jobsFor(tried, chunk, grids);
    const points = searchPoints(tried, chunk, jobs, choice.points);
    return new Trial(context.device, [points, searchAcross(tried, chunk, jobs, choice.across, grids)]);
  }

  /** Measures one pair of variants per stage, where they are compiled; how the trial ended once it has. */
  async advance(options: PassOptions): Promise<Outcome | undefined> {
    for (const search of this.#searches) {
      const { pair } = search;
      if (pair && !this.#timeIsUp) search.judge(await this.#isFaster(search, pair, options));
    }
    const [points, across] = this.#searches;
    if (!this.#timeIsUp && !(points.done && across.done)) return undefined;
    return { best: { points: points.best, across: across.best }, known: { points: points.done, across: across.done } };
  }

  get #timeIsUp(): boolean {
    return this.#seconds + this.#longestStart >= SECONDS;
  }

  async #isFaster(search: Search, pair: readonly [Dispatch, Dispatch], options: PassOptions): Promise<boolean> {
    // Before they are timed: a driver may compile now, or raise its clock.
    const first = await this.#submit(pair[0], 1, options);
    this.#longestStart = Math.max(this.#longestStart, await this.#submit(pair[1], 1, options));
    let repeats = this.#repeats.get(search) ?? 1;
    for (let seconds = first; !this.#repeats.has(search) && seconds < LEAST_SECONDS; ) {
      repeats = Math.ceil(repeats * Math.min(16, (1.2 * LEAST_SECONDS) / seconds));
      seconds = await this.#submit(pair[0], repeats, options);
    }
    this.#repeats.set(search, repeats);
    let [best, other] = [Infinity, Infinity];
    for (let round = 0; round < ROUNDS && (round < 2 || other < HOPELESS * best); round++) {
      best = Math.min(best, await this.#submit(pair[0], repeats, options));
      other = Math.min(other, await this.#submit(pair[1], repeats, options));
    }
    return other < MARGIN * best;
  }

  /** Seconds of a dispatch, repeated. */
  async #submit(dispatch: Dispatch, repeats: number, { signal, check }: PassOptions): Promise<number> {
    throwIfAborted(signal);
    check();
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let i = 0; i < repeats; i++) recordDispatch(pass, dispatch);
    pass.end();
    const began = performance.now();
    this.#device.queue.submit([encoder.finish()]);
    await workDone(this.#device, 1);
    const seconds = (performance.now() - began) / 1000;
    this.#seconds += seconds;
    return seconds;
  }
}

/** The start of a window's first chunk: as much as takes a moment. */
function trialChunk({ work, window, seconds }: Tried): Chunk {
  const chunk = work.chunks[0]!;
  const points = Math.max(1, Math.floor((window.count * CHUNK_SECONDS) / seconds / GRAIN)) * GRAIN;
  const count = Math.min(points, chunk.count);
  return { ...chunk, count, partCount: Math.ceil(count / work.summation.run) };
}

/** The chunk's job for each of some grids. */
async function jobsFor({ context, work }: Tried, { count, partCount }: Chunk, grids: readonly MomentsGrid[]) {
  const jobs = grids.map(({ across, pieces, blocks }) => {
    return { ...work.jobList[0]!, count, partCount, across, pieces, blocks };
  });
  const buffer = await work.memory.buffer('trial', jobs.length * JOB_STRIDE, Usage.UNIFORM | Usage.COPY_DST);
  context.device.queue.writeBuffer(buffer, 0, encodeJobs(jobs));
  return buffer;
}

function searchPoints(tried: Tried, chunk: Chunk, jobs: GPUBuffer, ladder: readonly number[]): Search {
  const { context, shape, work, packed, window } = tried;
  return new Search(ladder, work.variant.points, async (points) => {
    const stage = await context.pipelines.get(work.kernel.expectation, shape, [], { points });
    const [command] = densityCommands(context, stage, { ...work, jobs }, packed, window, shape.D)(chunk, 0);
    return command!.dispatches[0]!;
  });
}

function searchAcross(
  tried: Tried,
  chunk: Chunk,
  jobs: GPUBuffer,
  ladder: readonly number[],
  grids: readonly MomentsGrid[],
): Search {
  const { context, shape, work, packed, window } = tried;
  return new Search(ladder, work.variant.across, async (across) => {
    const at = ladder.indexOf(across);
    const commands = await momentCommands(context, shape, { ...work, jobs, grid: grids[at]! }, packed, window);
    return commands(chunk, at)[0]!.dispatches[0]!;
  });
}
