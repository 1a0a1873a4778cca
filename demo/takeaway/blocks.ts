import { turn } from '../shared/turn.ts';

/** How a long file is told about and stopped. */
export interface WriteCall {
  /** `abort()` stops the writing within one block; the call then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told the share of the rows that are written, 0 … 1. */
  readonly onProgress?: (fraction: number) => void;
}

/** Numbers that a block holds: some milliseconds of work, so that the page goes on answering. */
const NUMBERS_PER_BLOCK = 2 ** 14;

/**
 * Writes `nRows` rows of `width` numbers in blocks: `write(from, to)` does one. Between blocks the event loop has its turn.
 */
export async function inBlocks(
  nRows: number,
  width: number,
  write: (from: number, to: number) => void,
  { signal, onProgress }: WriteCall,
): Promise<void> {
  const rows = Math.ceil(NUMBERS_PER_BLOCK / width);
  for (let from = 0; from < nRows; from += rows) {
    signal?.throwIfAborted();
    const to = Math.min(nRows, from + rows);
    write(from, to);
    onProgress?.(to / nRows);
    await turn();
  }
  signal?.throwIfAborted();
}
