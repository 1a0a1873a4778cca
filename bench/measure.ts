import { type Check, objection } from './check.ts';
import type { Contender } from './contender.ts';
import { fitEmgpu, startEmgpu, type Timed } from './emgpu.ts';
import { type Roof, rates } from './formulas.ts';
import type { Place } from './place.ts';
import { makeTiled, type Tiled } from './problem.ts';
import type { Reference } from './reference.ts';
import type { Row } from './row.ts';
import { chooseSize, correctSize } from './size.ts';
import type { Case } from './suites.ts';
import { summarize } from './summary.ts';

/** Timings per row, each of as many iterations as take about that many ms, one at least. */
export const REPEATS = 5;
export const LEAST_MS = 20;
/** Apart from the others: on some GPUs timestamps keep passes from overlapping. */
export const GPU_REPEATS = 3;
/** Before the first timing on a GPU. */
export const WARM_MS = 700;
/** Of a whole fit. */
const LEAST_FIT_MS = 200;
export const LEAST_ITERATIONS = 10;
export const MOST_ITERATIONS = 1000;
/** Of a fit that the GPU's clock times, at most: where each iteration has passes of its own, more of them than it can time. */
const CLOCKED_ITERATIONS = 200;

/** What rows are measured with. */
export interface Bench {
  readonly place: Place;
  readonly reference: Reference;
  readonly roof: Roof | undefined;
}

/** How often a row may be measured anew because it took too short or too long. */
const CORRECTIONS = 2;

/** Measures one row. A failure becomes a row that tells of it. */
export async function measureCase(bench: Bench, one: Case): Promise<Row> {
  let nSamples = 0;
  try {
    for (let corrections = 0; ; corrections++) {
      nSamples = await chooseSize(bench.place, one);
      const tiled = makeTiled(nSamples, one.nFeatures, one.nComponents);
      const row = await (one.latency ? measureFits : measureIterations)(bench, one, tiled);
      if (corrections === CORRECTIONS || !correctSize(bench.place, one, row)) return row;
    }
  } catch (error) {
    return { case: one, nSamples, status: 'failed', reason: (error as Error).message };
  }
}

/** Iterations one by one: large problems. */
async function measureIterations(bench: Bench, one: Case, tiled: Tiled): Promise<Row> {
  const { place, reference } = bench;
  const check = await reference.checkEmgpu(place, one.kind, tiled);
  const contender = await startEmgpu(place, one.kind, tiled);
  try {
    const first = await contender.iterate(1);
    const warm = await warmUp(contender, Math.min(first, await contender.iterate(1)), place.backend);
    const count = countFor(warm);
    const times: number[] = [];
    for (let i = 0; i < REPEATS; i++) times.push(await contender.iterate(count));
    const gpuMs = await gpuTime(place, contender, count);
    const peakBytes = contender.deviceBytes();
    return rowOf(bench, one, tiled, { times, check, gpuMs, peakBytes, stretched: contender.stretched!() });
  } finally {
    await contender.end();
  }
}

/** Iterations of a timing, where one takes `ms`. */
function countFor(ms: number): number {
  return Math.min(MOST_ITERATIONS, Math.ceil(LEAST_MS / ms));
}

/**
 * Lets compilers and trials of variants finish, and a GPU wake up: within milliseconds of rest it lowers its clock, to a fifth and less, and
 * wants half a second of work to raise it. Returns the ms of an iteration, `ms` being what it was so far.
 */
async function warmUp(contender: Contender, ms: number, backend: Place['backend']): Promise<number> {
  const began = performance.now();
  let least = ms;
  while (backend === 'webgpu' && performance.now() - began < WARM_MS) {
    least = Math.min(least, await contender.iterate(countFor(least)));
  }
  return least;
}

async function gpuTime({ device }: Place, contender: Contender, count: number): Promise<number | undefined> {
  const totals: number[] = [];
  for (let i = 0; i < GPU_REPEATS; i++) {
    const before = contender.iterations?.() ?? 0;
    const total = await device?.clock?.measure(() => contender.iterate(count));
    if (total === undefined) return undefined;
    totals.push(total / (contender.iterations ? contender.iterations() - before : count));
  }
  return summarize(totals).median;
}

/** Whole fits: small problems, where the loop itself may be the engine's secret. */
async function measureFits(bench: Bench, one: Case, tiled: Tiled): Promise<Row> {
  const { place, reference } = bench;
  const check = await reference.checkEmgpu(place, one.kind, tiled);
  const { ms } = await fitEmgpu(place, one.kind, tiled, LEAST_ITERATIONS);
  const count = Math.min(MOST_ITERATIONS, Math.max(LEAST_ITERATIONS, Math.ceil(LEAST_FIT_MS / ms)));
  place.device?.openAccount();
  const fits: Timed[] = [];
  for (let i = 0; i < REPEATS; i++) fits.push(await fitEmgpu(place, one.kind, tiled, count));
  const peakBytes = place.device?.peakBytes;
  const clocked: number[] = [];
  for (let i = 0; i < GPU_REPEATS; i++) {
    const { gpuMs } = await fitEmgpu(place, one.kind, tiled, Math.min(count, CLOCKED_ITERATIONS), { clocked: true });
    if (gpuMs !== undefined) clocked.push(gpuMs);
  }
  const gpuMs = clocked.length > 0 ? summarize(clocked).median : undefined;
  const stretched = fits.some((fit) => fit.stretched);
  return rowOf(bench, one, tiled, { times: fits.map((fit) => fit.ms), check, gpuMs, peakBytes, stretched });
}

interface Measured {
  readonly times: readonly number[];
  readonly check: Check | undefined;
  readonly gpuMs: number | undefined;
  readonly peakBytes: number | undefined;
  /** Some of the iterations that were timed went by without the host. */
  readonly stretched: boolean;
}

function rowOf({ roof }: Bench, one: Case, tiled: Tiled, { times, check, gpuMs, peakBytes, stretched }: Measured): Row {
  const { nSamples } = tiled;
  const { kind, nFeatures: D, nComponents: K } = one;
  const common = { case: one, nSamples, ...(check && { check }) };
  const reason = check && objection(check, stretched);
  if (reason) return { ...common, status: 'wrong', reason };
  const ms = summarize(times);
  return {
    ...{ ...common, status: 'ok', ms },
    rates: rates(kind, nSamples, D, K, ms.median, roof),
    ...(gpuMs !== undefined && { gpuMs }),
    ...(peakBytes !== undefined && { memory: { peakBytes, pointBytes: 4 * nSamples * D } }),
  };
}
