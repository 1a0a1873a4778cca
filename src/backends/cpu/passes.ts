import { blendRows } from '../../em/colors.ts';
import type { Assignment, KernelParameters, Readout, ReadoutKind } from '../../em/types.ts';
import { assignedLogDensity } from './assignment.ts';
import { BLOCK, type BlockSums, pushSums } from './block-sums.ts';
import { bindStages } from './registry.ts';
import { TILE } from './tile.ts';

/** The result of a pass, for the points of its shard. */
export type TaskResult = BlockSums[] | Readout[ReadoutKind] | undefined;

/** One walk over the tiles of a shard. */
export interface Pass {
  /**
   * @param tile D × TILE, of which the first `count` points are looked at
   * @param from number of the tile's first point in its shard
   * @param weights TILE, 0 after the last point; undefined: every point counts once
   */
  step(tile: Float64Array, count: number, from: number, weights: Float64Array | undefined): void;
  /** The result, in arrays of its own. */
  result(): TaskResult;
  /** Called once, after the result or when the pass is cancelled: gives back the memory that it worked in. */
  end(): void;
}

/**
 * @param start index in the dataset of the shard's first point, a multiple of BLOCK
 * @param assignment of the shard's rows; takes the place of the E-step
 */
export function expectationPass(
  nSamples: number,
  parameters: KernelParameters,
  start: number,
  assignment: Assignment | undefined,
): Pass {
  const model = bindStages(parameters, assignment && assignedLogDensity(assignment));
  const nodes: BlockSums[] = [];
  const step: Pass['step'] = (tile, count, from, weights) => {
    model.expectation(tile, count, from, weights);
    const end = from + count;
    if (end % BLOCK !== 0 && end !== nSamples) return;
    pushSums(nodes, { level: 0, index: Math.floor((start + from) / BLOCK), sums: model.takeSums() });
  };
  return { step, result: () => nodes, end: () => model.free() };
}

/** Blends the components' colours (K × 3) by responsibility. Responsibilities are in memory for one tile at a time. */
export function blendPass(nSamples: number, colors: Float32Array, parameters: KernelParameters): Pass {
  const model = bindStages(parameters);
  const responsibilities = new Float64Array(TILE * parameters.nComponents);
  const out = new Uint32Array(nSamples);
  const step: Pass['step'] = (tile, count, from) => {
    model.responsibilities(tile, count, responsibilities, 0);
    blendRows(responsibilities, count, colors, out, from);
  };
  return { step, result: () => out, end: () => model.free() };
}

export function readPass(nSamples: number, what: ReadoutKind, parameters: KernelParameters): Pass {
  const model = bindStages(parameters);
  const end = () => model.free();
  switch (what) {
    case 'labels': {
      const out = new Uint32Array(nSamples);
      return { step: (tile, count, from) => model.labels(tile, count, out, from), result: () => out, end };
    }
    case 'responsibilities': {
      const out = new Float64Array(nSamples * parameters.nComponents);
      return { step: (tile, count, from) => model.responsibilities(tile, count, out, from), result: () => out, end };
    }
    case 'logDensities': {
      const out = new Float64Array(nSamples);
      return { step: (tile, count, from) => model.logDensities(tile, count, out, from), result: () => out, end };
    }
  }
}
