import { type HostPoints, isDevicePoints } from '../data/points.ts';
import { EmgpuError } from '../errors.ts';
import type { MixtureParameters } from '../families/parameters.ts';
import { checkPositive } from './options.ts';
import { isStream, type PointSource } from './session.ts';
import type { NoiseOptions } from './types.ts';

/** The weight at the start, and the logarithm of the volume in data units. */
export interface NoiseStart {
  readonly weight: number;
  readonly logVolume: number;
}

/** Default weight of the noise at the start. */
const WEIGHT = 0.05;

/** Checks what was given; throws `invalid-option`. */
export function checkNoise({ weight = WEIGHT, volume, logVolume }: NoiseOptions): void {
  if (!(weight > 0 && weight < 1)) {
    throw new EmgpuError(
      'invalid-option',
      `noise.weight must be between 0 and 1, got ${weight}.`,
      'Pass a share such as 0.05.',
    );
  }
  if (volume !== undefined) checkPositive('noise.volume', volume);
  if (logVolume === undefined) return;
  if (!Number.isFinite(logVolume) || volume !== undefined) {
    const what = volume === undefined ? `${logVolume}` : 'noise.volume besides';
    throw new EmgpuError('invalid-option', `noise.logVolume must be a number, got ${what}.`, 'Pass one of the two.');
  }
}

/** The noise component; a volume that is not given is found from the points. Throws `invalid-option` where that cannot be done. */
export function completeNoise({ weight = WEIGHT, volume, logVolume }: NoiseOptions, points: PointSource): NoiseStart {
  return { weight, logVolume: logVolume ?? (volume === undefined ? logBoxVolume(points) : Math.log(volume)) };
}

/** Adds the noise component to a start: the weights shrink to make room for its weight. */
export function withNoise({ weights, ...rest }: MixtureParameters, { weight }: NoiseStart): MixtureParameters {
  return { ...rest, weights: Float64Array.from([...weights.map((w) => (1 - weight) * w), weight]) };
}

/**
 * The logarithm of the product of the columns' ranges, over rows that have weight and no missing cell. The range of a constant column counts as 1, as
 * it does not help to tell noise from anything.
 */
function logBoxVolume(points: PointSource): number {
  if (isStream(points) || isDevicePoints(points)) {
    throw new EmgpuError(
      'invalid-option',
      'The box around the points is found on the host only, and these are in a stream or in a GPUBuffer.',
      'Pass noise: { volume }.',
    );
  }
  const { data, nFeatures: D, sampleWeight } = points;
  const low = new Float64Array(D).fill(Infinity);
  const high = new Float64Array(D).fill(-Infinity);
  for (let n = 0, at = 0; at < data.length; n++, at += D) {
    if (sampleWeight?.[n] === 0 || hasGap(data, at, D)) continue;
    for (let d = 0; d < D; d++) {
      const x = data[at + d]!;
      if (x < low[d]!) low[d] = x;
      if (x > high[d]!) high[d] = x;
    }
  }
  return high.reduce((sum, h, d) => sum + (h > low[d]! ? Math.log(h - low[d]!) : 0), 0);
}

function hasGap(data: HostPoints['data'], at: number, D: number): boolean {
  for (let i = at; i < at + D; i++) if (Number.isNaN(data[i]!)) return true;
  return false;
}
