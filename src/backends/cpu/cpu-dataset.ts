import type { Frame } from '../../data/frame.ts';
import type { CheckedWeights } from '../../data/weights.ts';
import { assignmentOfRows, checkAssignment } from '../../em/assignment.ts';
import { checkFeatures } from '../../em/features.ts';
import type { SeedingDistances } from '../../em/seeding-distances.ts';
import { SharedScatter } from '../../em/shared-scatter.ts';
import type {
  Assignment,
  Dataset,
  ExpectationOptions,
  KernelParameters,
  Readout,
  ReadoutKind,
  RunOptions,
  Statistics,
} from '../../em/types.ts';
import { type BlockSums, pushSums, totalSums } from './block-sums.ts';
import { CpuSeedingDistances } from './seeding-distances.ts';
import type { ShardClient } from './shard-client.ts';
import type { ShardedPoints } from './sharded-points.ts';

/** See {@link SharedScatter}, in standard deviations: up to this reach, tied sums lose at most 4 of 16 digits. */
const REACH = 100;

/**
 * Relative rounding of the mean log-likelihood. A log-density is a sum of D + 3 terms, with a relative rounding of (D + 3) · 1.1e-16 ≤ 1.5e-14 of
 * its largest term. The roundings of different points are independent, and the sum over points (see `stages/shared/long-sums.ts`) adds 1e-15 at
 * most; the rounding of the parameters, which all points share, is the same in the next iteration. A factor of about 10 is left for
 * log-likelihoods that nearly cancel.
 */
export const PRECISION = 1e-13;

/** Points on the CPU backend. */
export class CpuDataset implements Dataset {
  readonly nSamples: number;
  readonly nFeatures: number;
  readonly totalWeight: number;
  readonly nWeighted: number;
  readonly frame: Frame;
  readonly precision = PRECISION;
  readonly #points: ShardedPoints;
  readonly #scatter = new SharedScatter(REACH);
  #nextSeeding = 0;

  constructor(frame: Frame, points: ShardedPoints, { total, nWeighted }: Pick<CheckedWeights, 'total' | 'nWeighted'>) {
    this.frame = frame;
    this.nFeatures = points.nFeatures;
    this.nSamples = points.starts.at(-1)!;
    this.totalWeight = total;
    this.nWeighted = nWeighted;
    this.#points = points;
  }

  async expectation(parameters: KernelParameters, options: ExpectationOptions = {}): Promise<Statistics> {
    checkFeatures(parameters.nFeatures, this.nFeatures);
    const { assignment, signal } = options;
    if (assignment) {
      checkAssignment(assignment, this.nSamples, parameters);
      return this.#sum(parameters, assignment, signal);
    }
    const pass = async (p: KernelParameters) => [await this.#sum(p, undefined, signal)];
    return (await this.#scatter.expectation(parameters, pass))[0]!;
  }

  async #sum(
    parameters: KernelParameters,
    assignment: Assignment | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Statistics> {
    const parts = await this.#points.run(
      (from, to) => ({
        type: 'expectation',
        parameters,
        assignment: assignment && assignmentOfRows(assignment, from, to),
      }),
      signal,
    );
    const nodes: BlockSums[] = [];
    for (const part of parts as BlockSums[][]) for (const node of part) pushSums(nodes, node);
    return this.#statistics(parameters, totalSums(nodes));
  }

  async read<Kind extends ReadoutKind>(
    what: Kind,
    parameters: KernelParameters,
    options: RunOptions = {},
  ): Promise<Readout[Kind]> {
    checkFeatures(parameters.nFeatures, this.nFeatures);
    const parts = await this.#points.run(() => ({ type: 'read', what, parameters }), options.signal);
    return concatenate(parts as Readout[Kind][]);
  }

  async colors(colors: Float32Array, parameters: KernelParameters, options: RunOptions = {}): Promise<Uint32Array> {
    checkFeatures(parameters.nFeatures, this.nFeatures);
    const parts = await this.#points.run(() => ({ type: 'blend', colors, parameters }), options.signal);
    return concatenate(parts as Uint32Array[]);
  }

  rows(indices: Uint32Array): Promise<Float64Array> {
    return this.#points.rows(indices);
  }

  seedingDistances(weights: Float64Array, sample?: Uint32Array): SeedingDistances {
    this.#points.check();
    return new CpuSeedingDistances(this.#points, this.#nextSeeding++, weights, sample);
  }

  /** Destroys the dataset and hands its shards to another one; undefined where they do not fit that. */
  async handOver(starts: readonly number[], frame: Frame): Promise<readonly ShardClient[] | undefined> {
    const shards = await this.#points.handOver(starts, frame);
    this.destroy();
    return shards;
  }

  destroy(): void {
    this.#points.free();
  }

  /** @param totals as in `TileModel.takeSums` */
  #statistics({ kind, nComponents, nFeatures, means }: KernelParameters, totals: Float64Array): Statistics {
    const first = 1 + nComponents;
    const second = first + nComponents * nFeatures;
    const { nSamples, totalWeight } = this;
    return {
      ...{ kind, nComponents, nFeatures, nSamples, totalWeight, centers: means.slice() },
      objective: totals[0]!,
      counts: totals.slice(1, first),
      first: totals.slice(first, second),
      second: totals.slice(second),
    };
  }
}

/** The parts one after the other, as the same kind of array. */
function concatenate<T extends Readout[ReadoutKind]>(parts: T[]): T {
  if (parts.length === 1) return parts[0]!;
  const length = parts.reduce((n, part) => n + part.length, 0);
  const out = new (parts[0]!.constructor as new (length: number) => T)(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
