import { startEmgpu } from './emgpu.ts';
import type { Place } from './place.ts';
import { makeTiled, nearestSize, nearestSizeBelow } from './problem.ts';
import type { Row } from './row.ts';
import { type Case, fewestSamples, firstGuess, MOST_SAMPLES, TELLING_MS } from './suites.ts';

/** Steps of the search for a size, and the factor of one at most: a first try on a fast GPU shows little but waiting. */
const TRIES = 4;
const MOST_GROWTH = 64;
/** Of a try, after the first iteration, at least: what a driver compiles and what emgpu tries out come to an end meanwhile. */
const SETTLING = { ms: 150, iterations: 3 };

/** A size that was found, and the largest that there is room for. */
interface Size {
  readonly whole: number;
  readonly most: number;
}

/** By place and shape. */
const found = new WeakMap<Place, Map<string, Size>>();

function sizesOf(place: Place): Map<string, Size> {
  const known = found.get(place) ?? new Map<string, Size>();
  found.set(place, known);
  return known;
}

const keyOf = ({ kind, nFeatures, nComponents }: Case, ms: number) => [kind, nFeatures, nComponents, ms].join();

/** How many points a case takes on a place: as many as it says, or by trying what takes the time it says. */
export async function chooseSize(place: Place, one: Case): Promise<number> {
  if ('nSamples' in one.size) return one.size.nSamples;
  const { ms, share } = one.size;
  const known = sizesOf(place);
  const key = keyOf(one, ms);
  const size = known.get(key) ?? (await search(place, one, ms));
  known.set(key, size);
  return nearestSize(Math.max(size.whole * share, fewestSamples(one)));
}

/**
 * Chooses another size by what a row took, where that tells little or takes long; whether there is one. Rows of a series in N stay
 * multiples of each other.
 */
export function correctSize(place: Place, one: Case, { nSamples, ms }: Pick<Row, 'nSamples' | 'ms'>): boolean {
  if (!ms || 'nSamples' in one.size || one.series === 'N') return false;
  if (ms.median >= TELLING_MS.least && ms.median <= TELLING_MS.most) return false;
  const key = keyOf(one, one.size.ms);
  const { most } = sizesOf(place).get(key)!;
  const growth = Math.min(MOST_GROWTH, one.size.ms / ms.median);
  const whole = Math.min(most, nearestSize(Math.max(nSamples * growth, fewestSamples(one))));
  sizesOf(place).set(key, { whole, most });
  return whole !== nSamples;
}

async function search(place: Place, one: Case, aim: number): Promise<Size> {
  const limit = Math.min(place.surroundings.mostBytes, place.device?.device.limits.maxBufferSize ?? Infinity);
  let most = Math.min(MOST_SAMPLES, nearestSizeBelow(limit / (4 * one.nFeatures)));
  let nSamples = Math.min(most, Math.max(firstGuess(one), fewestSamples(one)));
  for (let i = 0; i < TRIES; i++) {
    const ms = await timeOnce(place, one, nSamples).catch(refusedMemory);
    if (ms === undefined) most = nearestSizeBelow(nSamples / 4);
    const growth = ms === undefined ? 1 : Math.min(MOST_GROWTH, aim / ms);
    const next = Math.min(most, nearestSize(nSamples * growth));
    // Close enough to trust, or nothing larger to try.
    if (ms !== undefined && (ms > aim / 3 || next <= nSamples)) return { whole: next, most };
    nSamples = next;
  }
  return { whole: nSamples, most };
}

/** Nothing where the device has no room for so many points: fewer may do. Throws everything else. */
function refusedMemory(error: Error & { code?: string }): undefined {
  if (!(error instanceof RangeError) && error.code !== 'out-of-memory' && error.code !== 'insufficient-limits')
    throw error;
}

/** The least ms of an iteration. */
async function timeOnce(place: Place, { kind, nFeatures, nComponents }: Case, nSamples: number): Promise<number> {
  const contender = await startEmgpu(place, kind, makeTiled(nSamples, nFeatures, nComponents));
  try {
    await contender.iterate(1);
    const began = performance.now();
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < SETTLING.iterations || performance.now() - began < SETTLING.ms; i++) {
      least = Math.min(least, await contender.iterate(1));
    }
    return least;
  } finally {
    await contender.end();
  }
}
