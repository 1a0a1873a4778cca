import { expect, test } from 'vitest';
import { type BlockSums, pushSums, totalSums } from '../../src/backends/cpu/block-sums.ts';
import { shardStarts } from '../../src/backends/cpu/partition.ts';
import { uniforms } from './samples.ts';

const BLOCKS = 37;
const next = uniforms(7);
/** Of very different sizes, so that another order would give other bits. */
const values = Array.from({ length: BLOCKS }, () => (next() - 0.5) * 10 ** (20 * next()));

/** The nodes of blocks `from` to `to`, as a shard makes them. */
function nodesOf(from: number, to: number): BlockSums[] {
  const nodes: BlockSums[] = [];
  for (let index = from; index < to; index++) {
    pushSums(nodes, { level: 0, index, sums: Float64Array.of(values[index]!, 0) });
  }
  return nodes;
}

function total(cuts: number[]): Float64Array {
  const nodes: BlockSums[] = [];
  for (let s = 0; s + 1 < cuts.length; s++) for (const node of nodesOf(cuts[s]!, cuts[s + 1]!)) pushSums(nodes, node);
  return totalSums(nodes);
}

test('the same bits wherever the blocks are cut into shards', () => {
  const whole = total([0, BLOCKS]);
  for (let a = 0; a <= BLOCKS; a++) for (let b = a; b <= BLOCKS; b++) expect(total([0, a, b, BLOCKS])).toEqual(whole);
});

test('a shard returns few nodes, whatever its size', () => {
  expect(nodesOf(0, 32).map(({ level }) => level)).toEqual([5]);
  expect(nodesOf(5, 37).map(({ level }) => level)).toEqual([0, 1, 3, 4, 2, 0]);
});

test('shards are cut between blocks, evenly', () => {
  expect(shardStarts(40_123, 3)).toEqual([0, 3 * 4096, 7 * 4096, 40_123]);
});
