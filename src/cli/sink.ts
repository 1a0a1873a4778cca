import { once } from 'node:events';
import Papa from 'papaparse';
import { throwIfAborted } from '../errors.ts';

/** Something that takes text, and says when it is ready for more. */
export interface Sink {
  write(text: string): Promise<void>;
}

/** Standard output; writing waits for the reader to keep up. */
export const stdout = sinkTo(process.stdout);

/** Standard error, likewise. */
export const stderr = sinkTo(process.stderr);

function sinkTo(stream: NodeJS.WriteStream): Sink {
  return {
    async write(text) {
      if (!stream.write(text)) await once(stream, 'drain');
    },
  };
}

/** How many rows are joined into one write. */
const ROWS_PER_WRITE = 8192;

/** Writes `count` rows of CSV, `row(i)` being a line without its end. Text in a header is quoted where CSV needs it. */
export async function writeCsvRows(
  sink: Sink,
  count: number,
  row: (i: number) => string,
  signal: AbortSignal,
): Promise<void> {
  for (let start = 0; start < count; start += ROWS_PER_WRITE) {
    throwIfAborted(signal);
    const lines = Array.from({ length: Math.min(ROWS_PER_WRITE, count - start) }, (_, i) => row(start + i));
    await sink.write(`${lines.join('\n')}\n`);
  }
}

/** The header line of a CSV file. */
export function csvHeader(names: readonly string[]): string {
  return `${Papa.unparse([[...names]], { newline: '\n' })}\n`;
}
