import type { Frame } from '../../data/frame.ts';
import { checkAssignment } from '../assignment.ts';
import { checkFeatures } from '../features.ts';
import type { SeedingDistances } from '../seeding-distances.ts';
import type {
  Assignment,
  Dataset,
  ExpectationOptions,
  KernelParameters,
  Readout,
  ReadoutKind,
  RunOptions,
  Statistics,
} from '../types.ts';
import { CompletedSums } from './completed-sums.ts';
import { Marginals } from './marginal.ts';
import type { Part } from './part.ts';
import type { Pattern } from './patterns.ts';
import { startSeeding } from './seeding.ts';
import { eachInTurn } from './turns.ts';

/**
 * Points that lack numbers: a dataset for each pattern, with the features that its rows have. Every pass is a pass over each of
 * these with the marginal mixture; the sums are completed on the host (see {@link CompletedSums}), in the order of the parts, so
 * that reruns give the same bits.
 *
 * Besides its points, a pattern costs about K D³ operations on the host (tied: D³; diag and spherical: hardly any), and the way to
 * the backend and back. On two busy cores that way took 0.4 ms on the CPU and 2 to 4 ms on lavapipe; with D 20 and K 8, full covariances took
 * another 0.8 ms. No GPU was measured.
 */
export class IncompleteDataset implements Dataset {
  readonly nSamples: number;
  readonly nFeatures: number;
  readonly totalWeight: number;
  readonly nWeighted: number;
  readonly incomplete = true;
  readonly precision: number;
  readonly frame: Frame;
  readonly #parts: readonly Part[];
  /** The parts with any weight. */
  readonly #weighty: readonly Part[];
  /** N: the index of each row's part. */
  readonly #partOf: Uint32Array;
  /** N: the place of each row within its part. */
  readonly #placeOf: Uint32Array;

  /** The new dataset owns the parts' datasets. */
  constructor(frame: Frame, parts: readonly Part[]) {
    this.frame = frame;
    this.nFeatures = frame.shift.length;
    this.nSamples = parts.reduce((n, { pattern }) => n + pattern.rows.length, 0);
    this.totalWeight = parts.reduce((sum, { weight }) => sum + weight, 0);
    // Parts may be on different backends.
    this.precision = Math.max(...parts.map(({ dataset }) => dataset.precision));
    this.#parts = parts;
    this.#weighty = parts.filter(({ weight }) => weight > 0);
    this.nWeighted = this.#weighty.reduce((n, { dataset }) => n + dataset.nWeighted, 0);
    this.#partOf = new Uint32Array(this.nSamples);
    this.#placeOf = new Uint32Array(this.nSamples);
    for (const [index, { pattern }] of parts.entries()) {
      pattern.rows.forEach((row, place) => {
        this.#partOf[row] = index;
        this.#placeOf[row] = place;
      });
    }
  }

  /** Gaussian mixtures only; the objective is the log-likelihood of the observed numbers. */
  async expectation(parameters: KernelParameters, options: ExpectationOptions = {}): Promise<Statistics> {
    const { signal, assignment } = options;
    const marginals = this.#marginals(parameters);
    if (assignment) checkAssignment(assignment, this.nSamples, parameters);
    const sums = new CompletedSums(marginals);
    await eachInTurn(
      this.#weighty,
      signal,
      async ({ pattern, dataset }, index) => {
        const marginal = marginals.of(pattern);
        const part = assignment && assignmentOfPattern(assignment, pattern, index);
        return { marginal, statistics: await dataset.expectation(marginal.parameters, { signal, assignment: part }) };
      },
      ({ marginal, statistics }, { pattern }) => sums.add(statistics, pattern, marginal),
    );
    return sums.total(this.nSamples, this.totalWeight);
  }

  /** Gaussian mixtures only; densities are those of the observed numbers. */
  async read<Kind extends ReadoutKind>(
    what: Kind,
    parameters: KernelParameters,
    { signal }: RunOptions = {},
  ): Promise<Readout[Kind]> {
    const marginals = this.#marginals(parameters);
    const width = what === 'responsibilities' ? parameters.nComponents : 1;
    let out: Readout[ReadoutKind] | undefined;
    await eachInTurn(
      this.#parts,
      signal,
      ({ pattern, dataset }) => dataset.read(what, marginals.of(pattern).parameters, { signal }),
      (values: Readout[ReadoutKind], { pattern }) => {
        // The parts on the main backend come first, so the numbers are of its type.
        out ??= new (values.constructor as new (length: number) => Readout[ReadoutKind])(this.nSamples * width);
        scatter(values, pattern.rows, width, out);
      },
    );
    return out as Readout[Kind];
  }

  /** Missing cells are 0, which in a frame derived from the points is the column's mean. */
  async rows(indices: Uint32Array): Promise<Float64Array> {
    const D = this.nFeatures;
    const out = new Float64Array(indices.length * D);
    const wanted = new Map<number, number[]>();
    indices.forEach((row, position) => {
      const part = this.#partOf[row]!;
      const positions = wanted.get(part);
      if (positions) positions.push(position);
      else wanted.set(part, [position]);
    });
    await eachInTurn(
      [...wanted],
      undefined,
      ([part, positions]) =>
        this.#parts[part]!.dataset.rows(Uint32Array.from(positions, (position) => this.#placeOf[indices[position]!]!)),
      (rows, [part, positions]) => {
        let at = 0;
        for (const position of positions) {
          for (const d of this.#parts[part]!.pattern.observed) out[position * D + d] = rows[at++]!;
        }
      },
    );
    return out;
  }

  /**
   * Distances over the features that a row has, times D / O, so that rows with gaps are no nearer than others. Positions go
   * through the parts one after the other, each from a new tile on.
   */
  seedingDistances(weights: Float64Array, sample?: Uint32Array): SeedingDistances {
    const places = sample && this.#placesByPart(sample);
    const chosen = this.#parts.flatMap((part, index) => {
      const own = places?.[index];
      return part.weight > 0 && own?.length !== 0 ? [{ part, sample: own && Uint32Array.from(own) }] : [];
    });
    return startSeeding(chosen, weights);
  }

  destroy(): void {
    for (const { dataset } of this.#parts) dataset.destroy();
  }

  #placesByPart(rows: Uint32Array): number[][] {
    const places = this.#parts.map((): number[] => []);
    for (const row of rows) places[this.#partOf[row]!]!.push(this.#placeOf[row]!);
    return places;
  }

  #marginals(parameters: KernelParameters): Marginals {
    checkFeatures(parameters.nFeatures, this.nFeatures);
    return new Marginals(parameters, this.frame);
  }
}

/** The part of an assignment that concerns a pattern's rows. Patterns draw from seeds of their own. */
function assignmentOfPattern(assignment: Assignment, { rows }: Pattern, index: number): Assignment {
  if (assignment.kind === 'labels') return { kind: 'labels', labels: rows.map((row) => assignment.labels[row]!) };
  // An odd factor: different patterns have different seeds, and the first keeps the one that was given.
  return { kind: 'random', seed: (assignment.seed + Math.imul(index, 0x9e3779b9)) >>> 0 };
}

/** Copies what was read of some rows, `width` numbers each, to the places of these rows in `out`. */
function scatter(values: ArrayLike<number>, rows: Uint32Array, width: number, out: Readout[ReadoutKind]): void {
  for (let i = 0, at = 0; i < rows.length; i++) {
    for (let j = 0; j < width; j++) out[rows[i]! * width + j] = values[at++]!;
  }
}
