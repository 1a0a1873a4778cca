import type { Shape } from './shape.ts';

/** Invocations per workgroup. */
export const LANES = 64;

/** How the workgroups of a moments stage are shared out between components, runs and features. */
export interface MomentsGrid {
  /** Components that a workgroup works on side by side: `across` of `Job`. */
  readonly across: number;
  /** Runs that it works on side by side: `pieces` of `Job`. */
  readonly pieces: number;
  /** Blocks of features that it works on side by side: `blocks` of `Job`. */
  readonly blocks: number;
  /** Components and blocks that a workgroup gets done: what the dispatch is divided by. */
  readonly components: number;
  readonly tiles: number;
}

/** Moments stages: neighbouring invocations take neighbouring components, each `perInvocation` of them, and one tile. */
export function sideBySide(perInvocation: number): (shape: Shape, K: number, most?: number) => MomentsGrid {
  return (_, K, most = LANES) => {
    const units = Math.ceil(K / perInvocation);
    // As even as can be: 65 components are 33 and 32, not 64 and 1.
    const across = Math.ceil(units / Math.ceil(units / most));
    return { across, pieces: Math.floor(LANES / across), blocks: 1, components: across * perInvocation, tiles: 1 };
  };
}

/** Invocations of one workgroup that are worth having: below that, clusters are split between workgroups instead. */
const FEWEST_PIECES = 4;
/** Blocks side by side at most. */
const MOST_BLOCKS = 16;

/** `update.wgsl`: an invocation holds a cell for each cluster; 16 KiB hold them all. */
export function updateGrid({ W, DB }: Shape, K: number): MomentsGrid {
  const cells = 4096 / W;
  const blocks = Math.min(DB + 1, MOST_BLOCKS);
  const most = Math.floor(LANES / blocks);
  const pieces = Math.min(most, Math.max(FEWEST_PIECES, Math.floor(cells / (blocks * K))));
  const across = Math.min(K, Math.floor(cells / (blocks * pieces)));
  return { across, pieces, blocks, components: across, tiles: blocks };
}
