import { EmgpuError, readTable } from 'emgpu';
import { advise, type Remedies } from '../shared/advice.ts';
import type { Watch } from './pace.ts';
import { type SourceTable, suggestColumns } from './source-table.ts';

/** emgpu's advice names options of a program; in the Lab there is only the file to change. */
const REMEDIES: Remedies = {
  'unknown-format': 'Choose a CSV, TSV, Parquet, Arrow, Feather or NPY file that is not packed in another one.',
  'out-of-memory': 'Choose a file with fewer rows or columns.',
};

/** All number columns of a file, cells that are empty or infinite as NaN. Throws what emgpu's `readTable` throws, with advice for the Lab. */
export async function readSource(file: Blob, name: string, { signal, onProgress }: Watch): Promise<SourceTable> {
  try {
    const { points, featureNames } = await readTable(file, {
      ...{ name, missing: 'keep', survey: true, signal },
      onProgress: (fraction) => onProgress('read', fraction),
    });
    const { data } = points;
    return { name, data, columns: featureNames, suggested: suggestColumns(data, featureNames) };
  } catch (error) {
    throw error instanceof EmgpuError ? advise(error, REMEDIES) : error;
  }
}
