import type { HostPoints } from 'emgpu';
import { inBlocks, type WriteCall } from './blocks.ts';
import { writerOf } from './number-text.ts';
import { nameList } from './quoting.ts';

/** The points as the engine has them, after logarithms and standardizing, as CSV with the names of the columns. */
export async function pointsCsv(points: HostPoints, call: WriteCall = {}): Promise<Blob> {
  const { data, nFeatures: D } = points;
  const names = points.featureNames ?? Array.from({ length: D }, (_, d) => `x${d}`);
  const parts = [new Blob([`${nameList(names)}\n`])];
  const write = writerOf(data);
  const block = (from: number, to: number) => {
    let text = '';
    for (let i = from; i < to; i++) {
      for (let d = 0; d < D; d++) text += (d > 0 ? ',' : '') + write(data[i * D + d]!);
      text += '\n';
    }
    parts.push(new Blob([text]));
  };
  await inBlocks(data.length / D, D, block, call);
  return new Blob(parts, { type: 'text/csv' });
}
