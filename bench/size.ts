import { startEmgpu } from './emgpu.ts';
import type { Place } from './place.ts';
import { makeTiled, nearestSize, nearestSizeBelow } from './problem.ts';
import { type Case, fewestSamples, firstGuess, MOST_SAMPLES } from './suites.ts';

/** Steps of the search for a size, and the factor of one at most: a first try on a fast GPU shows little but waiting. */
const TRIES = 4;
const MOST_GROWTH = 64;

/** Sizes found, by place and shape. */
const found = new WeakMap<Place, Map<string, number>>();

/** How many points a case takes on a place: as many as it says, or by trying what takes the time it says. */
export async function chooseSize(place: Place, one: Case): Promise<number> {
  if ('nSamples' in one.size) return one.size.nSamples;
  const { ms, share } = one.size;
  const known = found.get(place) ?? new Map<string, number>();
  found.set(place, known);
  const key = [one.kind, one.nFeatures, one.nComponents, ms].join();
  const whole = known.get(key) ?? (await search(place, one, ms));
  known.set(key, whole);
  return nearestSize(Math.max(whole * share, fewestSamples(one)));
}

async function search(place: Place, one: Case, aim: number): Promise<number> {
  const limit = Math.min(place.surroundings.mostBytes, place.device?.device.limits.maxBufferSize ?? Infinity);
  let most = Math.min(MOST_SAMPLES, nearestSizeBelow(limit / (4 * one.nFeatures)));
  let nSamples = Math.min(most, Math.max(firstGuess(one), fewestSamples(one)));
  for (let i = 0; i < TRIES; i++) {
    const ms = await timeOnce(place, one, nSamples).catch(refusedMemory);
    if (ms === undefined) most = nearestSizeBelow(nSamples / 4);
    const growth = ms === undefined ? 1 : Math.min(MOST_GROWTH, aim / ms);
    const next = Math.min(most, nearestSize(nSamples * growth));
    // Close enough to trust, or nothing larger to try.
    if (ms !== undefined && (ms > aim / 3 || next <= nSamples)) return next;
    nSamples = next;
  }
  return nSamples;
}

/** Nothing where the device has no room for so many points: fewer may do. Throws everything else. */
function refusedMemory(error: Error & { code?: string }): undefined {
  if (!(error instanceof RangeError) && error.code !== 'out-of-memory' && error.code !== 'insufficient-limits')
    throw error;
}

async function timeOnce(place: Place, { kind, nFeatures, nComponents }: Case, nSamples: number): Promise<number> {
  const contender = await startEmgpu(place, kind, makeTiled(nSamples, nFeatures, nComponents));
  try {
    await contender.iterate(1);
    return await contender.iterate(1);
  } finally {
    await contender.end();
  }
}
