import type { StreamRow } from '../row.ts';
import { STREAM_ROUNDS } from '../suites.ts';
import { count, digits } from './numbers.ts';

/** A pass as a multiple of its longest stage; 1 where the others cost nothing. */
export const overLongest = ({ read, compute, pass }: StreamRow) => pass.median / Math.max(read.median, compute.median);

/** Of the page; the terminal has the same columns. */
export const STREAM_HEAD = ['K', 'N', 'reading, s', 'E-step, s', 'stream, s', 'min', 'max', '/ longest'];

export const STREAM_TEXT =
  `One E-step, full covariances, over points that are read from a Parquet file meanwhile (2 columns of float64, uncompressed, in the page ` +
  `cache). reading: the same walk without computing. E-step: the same over points in memory. stream: median, least and largest of ${STREAM_ROUNDS} ` +
  'rounds, all three in turn. / longest: stream over the longer of the two; reading, bringing home and computing overlap as far as they do not want the same cores.';

export function streamCells(row: StreamRow): string[] {
  const { nComponents, nSamples, read, compute, pass } = row;
  const seconds = [read.median, compute.median, pass.median, pass.min, pass.max, overLongest(row)];
  return [`${nComponents}`, count(nSamples), ...seconds.map(digits)];
}

const line = (cells: readonly string[]) => cells.map((cell) => cell.padStart(11)).join('');

export const streamHeadLine = line(STREAM_HEAD);
export const streamLine = (row: StreamRow) => line(streamCells(row));
