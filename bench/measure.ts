import { CHECKED_ITERATIONS } from './check.ts';
import type { Contender } from './contender.ts';
import { fitEmgpu, startEmgpu } from './emgpu.ts';
import { type Roof, rates } from './formulas.ts';
import type { Place } from './place.ts';
import { makeTiled, type Tiled } from './problem.ts';
import type { Reference } from './reference.ts';
import type { Row } from './row.ts';
import { chooseSize } from './size.ts';
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

/** What rows are measured with. */
export interface Bench {
  readonly place: Place;
  readonly reference: Reference;
  readonly roof: Roof | undefined;
}

/** Measures one row. A failure becomes a row that tells of it. */
export async function measureCase(bench: Bench, one: Case): Promise<Row> {
  let nSamples = 0;
  try {
    nSamples = await chooseSize(bench.place, one);
    const tiled = makeTiled(nSamples, one.nFeatures, one.nComponents);
    return await (one.latency ? measureFits : measureIterations)(bench, one, tiled);
  } catch (error) {
    return { case: one, nSamples, status: 'failed', reason: (error as Error).message };
  }
}

/** Iterations one by one: large problems. */
async function measureIterations(bench: Bench, one: Case, tiled: Tiled): Promise<Row> {
  const { place, reference } = bench;
  const contender = await startEmgpu(place, one.kind, tiled);
  try {
    const first = await contender.iterate(CHECKED_ITERATIONS);
    const check =
      place.backend === 'webgpu' ? await reference.check(one.kind, tiled.block, await contender.outcome()) : undefined;
    const warm = await warmUp(contender, Math.min(first, await contender.iterate(1)), place.backend);
    const count = countFor(warm);
    const times: number[] = [];
    for (let i = 0; i < REPEATS; i++) times.push(await contender.iterate(count));
    const gpuMs = await gpuTime(place, contender, count);
    const peakBytes = contender.deviceBytes();
    return rowOf(bench, one, tiled, { times, check, gpuMs, peakBytes });
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
  const first = await fitEmgpu(place, one.kind, tiled, CHECKED_ITERATIONS);
  const check = place.backend === 'webgpu' ? await reference.check(one.kind, tiled.block, first.outcome) : undefined;
  const { ms } = await fitEmgpu(place, one.kind, tiled, LEAST_ITERATIONS);
  const count = Math.min(MOST_ITERATIONS, Math.max(LEAST_ITERATIONS, Math.ceil(LEAST_FIT_MS / ms)));
  place.device?.openAccount();
  const times: number[] = [];
  for (let i = 0; i < REPEATS; i++) times.push((await fitEmgpu(place, one.kind, tiled, count)).ms);
  return rowOf(bench, one, tiled, { times, check, peakBytes: place.device?.peakBytes });
}

interface Measured {
  readonly times: readonly number[];
  readonly check: Row['check'];
  readonly gpuMs?: number | undefined;
  readonly peakBytes: number | undefined;
}

function rowOf({ roof }: Bench, one: Case, tiled: Tiled, { times, check, gpuMs, peakBytes }: Measured): Row {
  const { nSamples } = tiled;
  const { kind, nFeatures: D, nComponents: K } = one;
  const common = { case: one, nSamples, ...(check && { check }) };
  if (check && !(check.deviation <= check.tolerance)) return { ...common, status: 'wrong', reason: wrong(check) };
  const ms = summarize(times);
  return {
    ...{ ...common, status: 'ok', ms },
    rates: rates(kind, nSamples, D, K, ms.median, roof),
    ...(gpuMs !== undefined && { gpuMs }),
    ...(peakBytes !== undefined && { memory: { peakBytes, pointBytes: 4 * nSamples * D } }),
  };
}

function wrong({ iterations, deviation, tolerance }: NonNullable<Row['check']>): string {
  const [off, bound] = [deviation, tolerance].map((x) => x.toExponential(1));
  return `after ${iterations} iterations ${off} from the float64 reference, where rounding explains ${bound}`;
}
