import { throwIfAborted } from '../errors.ts';

/** Numbers after which the event loop gets a turn: a few milliseconds. */
const BLOCK_NUMBERS = 2 ** 22;

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
