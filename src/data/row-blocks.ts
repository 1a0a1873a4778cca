import { throwIfAborted } from '../errors.ts';

/** After this many numbers, a few milliseconds of work, the event loop gets a turn. */
const BLOCK_NUMBERS = 2 ** 22;

/**
 * Cuts rows 0 … n − 1 into blocks `[from, to)`, by how many numbers a row has. Between blocks the event loop gets a turn and the signal is
 * checked.
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
