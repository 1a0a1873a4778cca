import { inBlocks, type WriteCall } from './blocks.ts';
import { writerOf } from './number-text.ts';

/** Responsibilities of N points: `data` is N × K, row after row. */
export interface Responsibilities {
  readonly data: Float32Array | Float64Array;
  /** K */
  readonly nComponents: number;
}

/** What a file of labels is made of. */
export interface LabelTable {
  /** `[N]` */
  readonly labels: Uint32Array;
  /** Absent: the file has labels alone. */
  readonly responsibilities?: Responsibilities | undefined;
  /** Number of the row in the source, counted from 0, for each point; absent where no row was left out. */
  readonly rowNumbers?: Uint32Array | undefined;
}

/** The names of the columns: `row`, `label`, and with responsibilities `p0`, `p1`, …, as `emgpu predict` has them. */
export function columnNames({ responsibilities }: LabelTable): string[] {
  const K = responsibilities?.nComponents ?? 0;
  return ['row', 'label', ...Array.from({ length: K }, (_, k) => `p${k}`)];
}

/**
 * Labels, and responsibilities if there are some, as CSV, one line per point. Blocks become parts of the blob one by one: there is never
 * one string of everything.
 */
export async function labelsCsv(table: LabelTable, call: WriteCall = {}): Promise<Blob> {
  const names = columnNames(table);
  const parts: Blob[] = [new Blob([`${names.join(',')}\n`])];
  const write = (from: number, to: number) => {
    let text = '';
    for (let i = from; i < to; i++) text += line(table, i);
    parts.push(new Blob([text]));
  };
  await inBlocks(table.labels.length, names.length, write, call);
  return new Blob(parts, { type: 'text/csv' });
}

function line({ labels, responsibilities, rowNumbers }: LabelTable, i: number): string {
  let text = `${rowNumbers ? rowNumbers[i] : i},${labels[i]}`;
  if (responsibilities) {
    const { data, nComponents: K } = responsibilities;
    const write = writerOf(data);
    for (let k = 0; k < K; k++) text += `,${write(data[i * K + k]!)}`;
  }
  return `${text}\n`;
}
