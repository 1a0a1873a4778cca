import { type HostPoints, MixtureModel } from 'emgpu';
import { toRows } from '../kit/index.ts';
import type { Scene } from './scenes.ts';

/** Points drawn from a scene, as the engine takes them, as rows for drawing, and the cloud that each came from. */
export interface Drawn {
  readonly points: HostPoints;
  readonly rows: readonly number[][];
  readonly labels: Uint32Array;
}

/** The same scene gives the same points. */
export function draw({ truth, n, seed }: Scene): Drawn {
  const { nFeatures } = truth;
  const { data, labels } = new MixtureModel(truth).sample(n, seed);
  return { points: { data, nFeatures }, rows: toRows(data, nFeatures), labels };
}

/** Calls of the engine between two breaths of the page: some milliseconds. */
const BREATH = 8;

/** Many small computations one after the other, with time for the page to draw in between. */
export async function inTurn<T, R>(values: readonly T[], compute: (value: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const value of values) {
    results.push(await compute(value));
    if (results.length % BREATH === 0) await new Promise((resume) => setTimeout(resume));
  }
  return results;
}

/** `count` places from `min` to `max`, evenly spread. */
export function places(min: number, max: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => min + ((max - min) * i) / (count - 1));
}
