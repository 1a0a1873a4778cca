import type { LabState } from '../models/choices.ts';
import type { LinkedData } from './link.ts';

const SAMPLE_FILES = { faithful: 'faithful.csv', iris: 'iris.csv', flights: 'flights-3m.parquet' } as const;

/** The file that code has to read for these data. Of generated ones the file that the button Points CSV saves. */
export function sourceFile(data: LabState['data'] | LinkedData): string {
  if (data.kind === 'sample') return SAMPLE_FILES[data.id];
  if (data.kind === 'generated') return `${data.id}.csv`;
  return 'name' in data ? data.name : data.file.name;
}

/** A name that every file system takes, for files that are saved: `Old Faithful.csv` becomes `old-faithful`. */
export function stemOf(name: string): string {
  const stem = name
    .replace(/\.[^.]*$/, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return stem || 'emgpu';
}
