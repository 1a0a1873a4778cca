import { throwIfAborted } from '../../errors.ts';

/** Numbers after which the event loop gets a turn: a few milliseconds. */
const BLOCK_NUMBERS = 2 ** 20;

/**
 * Rows 0 … n − 1 of so many numbers each, in blocks `[from, to)`. Between blocks the event loop gets a turn and the signal is
 * looked at.
 */
export async function* rowBlocks(
  n: number,
  numbers: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<[from: number, to: number]> {
  const rows = Math.ceil(BLOCK_NUMBERS / numbers);
  for (let from = 0; from < n; from += rows) {
    throwIfAborted(signal);
    if (from > 0) await new Promise((resolve) => setTimeout(resolve));
    yield [from, Math.min(n, from + rows)];
  }
}

/**
 * Parts whose passes are under way at the same time: on a GPU, the way of one to the host hides behind the work of the others.
 * Each may hold sums of K × D² numbers until they are added, so they are few.
 */
const TOGETHER = 4;

/**
 * Works on all parts, some at a time, and hands over the results in the order of the parts, so that sums are the same in every
 * run. When one fails, nothing is under way any more by the time that this rejects.
 */
export async function eachInTurn<Part, Result>(
  parts: readonly Part[],
  signal: AbortSignal | undefined,
  work: (part: Part, index: number) => Promise<Result>,
  use: (result: Result, part: Part) => void,
): Promise<void> {
  for (let from = 0; from < parts.length; from += TOGETHER) {
    throwIfAborted(signal);
    const group = parts.slice(from, from + TOGETHER);
    const settled = await Promise.allSettled(group.map((part, i) => work(part, from + i)));
    for (const [i, result] of settled.entries()) {
      if (result.status === 'rejected') throw result.reason;
      use(result.value, group[i]!);
    }
  }
}
