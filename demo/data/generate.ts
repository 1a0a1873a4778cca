import { EmgpuError } from 'emgpu';
import { GENERATED, MAX_POINTS, MIN_POINTS } from './catalogue.ts';
import { MIXTURES } from './mixtures.ts';
import { paceOf, type Watch } from './pace.ts';
import { sampleRings } from './rings.ts';
import type { SourceTable } from './source-table.ts';
import type { DataChoice, GeneratedId } from './types.ts';

/** Rows drawn at a time, a few hundredths of a second of work. */
const BLOCK_ROWS = 2 ** 16;
/** More points than that are float32, to save memory. */
const MAX_FLOAT64_ROWS = 1_000_000;
/** 2³² / φ: blocks of one data set get seeds far from each other. */
const SEED_STEP = 0x9e3779b9;

const COLUMNS = ['x', 'y'];

/** Draws points; the same id, number and seed give the same points. Throws `invalid-option` and `aborted`. */
export async function generate(
  { id, n, seed }: DataChoice & { readonly kind: 'generated' },
  watch: Watch,
): Promise<SourceTable> {
  if (!Number.isInteger(n) || n < MIN_POINTS || n > MAX_POINTS) {
    const [least, most] = [MIN_POINTS, MAX_POINTS].map((limit) => limit.toLocaleString('en'));
    throw new EmgpuError(
      'invalid-option',
      `Between ${least} and ${most} points can be made, not ${n}.`,
      'Choose another number.',
    );
  }
  const data = n > MAX_FLOAT64_ROWS ? new Float32Array(2 * n) : new Float64Array(2 * n);
  const pace = paceOf('generate', watch);
  for (let start = 0; start < n; start += BLOCK_ROWS) {
    const rows = Math.min(BLOCK_ROWS, n - start);
    data.set(sampleBlock(id, rows, (seed + (start / BLOCK_ROWS) * SEED_STEP) % 2 ** 32), 2 * start);
    await pace((start + rows) / n);
  }
  const name = GENERATED.find((entry) => entry.id === id)!.title;
  return { name, data, columns: COLUMNS, suggested: COLUMNS };
}

function sampleBlock(id: GeneratedId, n: number, seed: number): Float64Array {
  return id === 'rings' ? sampleRings(n, seed) : MIXTURES[id].sample(n, seed).data;
}
