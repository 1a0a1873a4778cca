import { throwIfAborted } from '../../errors.ts';

/**
 * How many parts have a pass under way at the same time: on a GPU, the readback of one hides behind the work of the others.
 * Few, since each may hold sums of K × D² numbers until they are added.
 */
const TOGETHER = 4;

/**
 * Works on all parts, some at a time, and hands over the results in the order of the parts, so that sums are the same in every
 * run. When one fails, this rejects only once nothing is under way any more.
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
