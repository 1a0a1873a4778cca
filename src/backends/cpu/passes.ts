import type { KernelParameters, Readout, ReadoutKind } from '../../em/types.ts';
import { BLOCK, type BlockSums, pushSums } from './block-sums.ts';
import { bindStages } from './registry.ts';
import type { Seeding } from './seeding.ts';

/** What a pass returns, for the points of its shard. */
export type TaskResult = BlockSums[] | Readout[ReadoutKind];

/** One walk over tiles. */
export interface Pass {
  readonly tiles: readonly Float64Array[];
  readonly nSamples: number;
  /** `from` is the index of the tile's first point. */
  step(tile: Float64Array, count: number, from: number): void;
  /** What came of it, in arrays of its own. */
  result(): TaskResult;
  /** Called once, after the result or when the pass is cancelled: gives back what it worked in. */
  end(): void;
}

/** @param start index in the dataset of the first point, a multiple of BLOCK */
export function expectationPass(
  tiles: Float64Array[],
  nSamples: number,
  parameters: KernelParameters,
  start: number,
): Pass {
  const model = bindStages(parameters);
  const nodes: BlockSums[] = [];
  const step = (tile: Float64Array, count: number, from: number) => {
    model.expectation(tile, count);
    const end = from + count;
    if (end % BLOCK !== 0 && end !== nSamples) return;
    pushSums(nodes, { level: 0, index: Math.floor((start + from) / BLOCK), sums: model.takeSums() });
  };
  return { tiles, nSamples, step, result: () => nodes, end: () => model.free() };
}

export function readPass(
  tiles: Float64Array[],
  nSamples: number,
  what: ReadoutKind,
  parameters: KernelParameters,
): Pass {
  const model = bindStages(parameters);
  const walk = { tiles, nSamples, end: () => model.free() };
  switch (what) {
    case 'labels': {
      const out = new Uint32Array(nSamples);
      return { ...walk, step: (tile, count, from) => model.labels(tile, count, out, from), result: () => out };
    }
    case 'responsibilities': {
      const out = new Float64Array(nSamples * parameters.nComponents);
      return {
        ...walk,
        step: (tile, count, from) => model.responsibilities(tile, count, out, from),
        result: () => out,
      };
    }
    case 'logDensities': {
      const out = new Float64Array(nSamples);
      return { ...walk, step: (tile, count, from) => model.logDensities(tile, count, out, from), result: () => out };
    }
  }
}

export function seedingPass(seeding: Seeding, center: Float64Array): Pass {
  return {
    tiles: seeding.tiles,
    nSamples: seeding.nSamples,
    step: (tile, count, from) => seeding.add(center, tile, count, from),
    result: () => seeding.nearest.slice(),
    end: () => {},
  };
}
