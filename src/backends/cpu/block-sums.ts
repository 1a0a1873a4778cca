import { TILE } from './tile.ts';

/**
 * Points per block. Every block is summed up by itself, and blocks are added in the order of a binary tree over the whole
 * dataset: so the sums are the same bits whatever the number of shards, which are cut between blocks.
 */
export const BLOCK = 16 * TILE;

/** Long sums (see `stages/shared/long-sums.ts`) over 2^level blocks from block `index` · 2^level on: a node of the tree. */
export interface BlockSums {
  readonly level: number;
  readonly index: number;
  /** Pairs of numbers: a sum, and what its additions rounded off. */
  readonly sums: Float64Array;
}

/** Appends a node to the nodes of all blocks before it. Siblings are added up to their parent, in the memory of the first. */
export function pushSums(nodes: BlockSums[], node: BlockSums): void {
  const before = nodes.at(-1);
  const siblings = before !== undefined && before.level === node.level && before.index === node.index - 1;
  if (!siblings || node.index % 2 === 0) {
    nodes.push(node);
    return;
  }
  nodes.pop();
  addSums(before.sums, node.sums);
  pushSums(nodes, { level: node.level + 1, index: before.index / 2, sums: before.sums });
}

/** The totals of all nodes, from the last to the first, rounded to float64. */
export function totalSums(nodes: readonly BlockSums[]): Float64Array {
  const sums = nodes.map((node) => node.sums).reduceRight((later, earlier) => addSums(earlier, later));
  return Float64Array.from({ length: sums.length / 2 }, (_, i) => sums[2 * i]! + sums[2 * i + 1]!);
}

/** a += b, with Knuth's two-sum. */
function addSums(a: Float64Array, b: Float64Array): Float64Array {
  for (let i = 0; i < a.length; i += 2) {
    const before = a[i]!;
    const value = b[i]!;
    const after = before + value;
    const added = after - before;
    a[i] = after;
    a[i + 1]! += b[i + 1]! + (before - (after - added) + (value - added));
  }
  return a;
}
