import type { SeedingDistances } from '../seeding-distances.ts';
import type { Dataset } from '../types.ts';

/** Rows of a stream that seeding looks at, as a dataset of their own that is loaded when they are first asked for. */
export class StreamSample implements SeedingDistances {
  readonly size: number;
  readonly #numbers: Uint32Array;
  readonly #weights: Float64Array;
  readonly #load: (numbers: Uint32Array) => Promise<Dataset>;
  readonly #onDestroy: () => void;
  #opened: Promise<{ dataset: Dataset; distances: SeedingDistances }> | undefined;

  /**
   * @param numbers the numbers of the rows, ascending
   * @param weights D: what a squared difference counts for in each feature
   */
  constructor(
    numbers: Uint32Array,
    weights: Float64Array,
    load: (numbers: Uint32Array) => Promise<Dataset>,
    onDestroy: () => void,
  ) {
    this.size = numbers.length;
    this.#numbers = numbers;
    this.#weights = weights;
    this.#load = load;
    this.#onDestroy = onDestroy;
  }

  rowAt(position: number): number {
    return this.#numbers[position]!;
  }

  async tileSums(candidates: Float64Array): Promise<Float64Array> {
    return (await this.#open()).distances.tileSums(candidates);
  }

  async tileValues(tiles: Uint32Array): Promise<Float64Array> {
    return (await this.#open()).distances.tileValues(tiles);
  }

  async add(center: Float64Array): Promise<void> {
    await (await this.#open()).distances.add(center);
  }

  /** The rows with these numbers, as the backend has them; undefined where one is not in the sample. */
  async rows(numbers: Uint32Array): Promise<Float64Array | undefined> {
    const places = findAll(this.#numbers, numbers);
    return places && (await this.#open()).dataset.rows(places);
  }

  destroy(): void {
    this.#onDestroy();
    void this.#opened?.then(
      ({ dataset, distances }) => {
        distances.destroy();
        dataset.destroy();
      },
      // A failure to load was thrown to whoever asked for something.
      () => {},
    );
  }

  #open() {
    this.#opened ??= this.#load(this.#numbers).then((dataset) => {
      return { dataset, distances: dataset.seedingDistances(this.#weights) };
    });
    return this.#opened;
  }
}

/** The place of each number in an ascending list; undefined where one is not in it. */
export function findAll(list: Uint32Array, numbers: Uint32Array): Uint32Array | undefined {
  const places = new Uint32Array(numbers.length);
  for (let m = 0; m < numbers.length; m++) {
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle]! < numbers[m]!) low = middle + 1;
      else high = middle;
    }
    if (list[low] !== numbers[m]) return undefined;
    places[m] = low;
  }
  return places;
}
