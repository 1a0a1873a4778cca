import type { FirstRow, UploadRow } from '../row.ts';
import { DEVICES, UPLOADS } from '../start.ts';
import { count, digits, error, percent } from './numbers.ts';

export const FIRST_HEAD = ['model', 'D', 'K', 'N', 'new shape, ms', 'new device, ms', 'again, ms', 'off'];
export const UPLOAD_HEAD = ['D', 'N', 'MB', 'emgpu, GB/s', 'writeBuffer, GB/s', 'share', 'off'];

export const FIRST_TEXT =
  'From points in a GPUBuffer to the parameters of the first M-step: bringing them into the frame, compiling shaders, E-step, M-step. new ' +
  'shape: what this process has never compiled, so that only a cache of the driver on disk could know it. new device: the same on new devices, ' +
  `where emgpu compiles anew and the driver may remember, median of ${DEVICES}. again: once more on each of them, with its pipelines. off: after that M-step.`;
export const UPLOAD_TEXT =
  'Float32 points of the host until they are where iterations begin, buffers made and frame chosen meanwhile, beside a `queue.writeBuffer` of ' +
  `as many bytes into a new buffer: medians of ${UPLOADS} of each, in turn. share: of writeBuffer. off: after an M-step on them.`;

/** One that is wrong has the reason in place of the numbers. */
export function firstCells({ kind, nFeatures, nComponents, nSamples, reason, check, ...ms }: FirstRow): string[] {
  const names = [kind, `${nFeatures}`, `${nComponents}`, count(nSamples)];
  if (reason) return [...names, `WRONG: ${reason}`];
  return [...names, ...[ms.shape, ms.device, ms.again].map((one) => digits(one?.median)), error(check.deviation)];
}

export function uploadCells({ nFeatures, nSamples, bytes, ours, writeBuffer, check, reason }: UploadRow): string[] {
  const names = [`${nFeatures}`, count(nSamples), digits(bytes / 1e6)];
  if (reason || !ours) return [...names, `WRONG: ${reason}`];
  const rate = (seconds: number) => bytes / seconds / 1e9;
  const rates = [ours, writeBuffer].map(({ median }) => digits(rate(median)));
  return [...names, ...rates, percent(writeBuffer.median / ours.median), error(check.deviation)];
}

const line = (cells: readonly string[]) => cells.map((cell) => cell.padStart(17)).join('');

export const firstHeadLine = line(FIRST_HEAD);
export const firstLine = (row: FirstRow) => line(firstCells(row));
export const uploadHeadLine = line(UPLOAD_HEAD);
export const uploadLine = (row: UploadRow) => line(uploadCells(row));
