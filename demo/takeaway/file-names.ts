import type { LabState } from '../models/choices.ts';
import type { LinkedData } from './link.ts';

/**
 * The file that code has to read for these data, which the Lab calls `name`: a visitor's own file, or the one that the button Points CSV
 * saves.
 */
export function sourceFile(data: LabState['data'] | LinkedData, name: string): string {
  if (data.kind !== 'file') return pointsFile(name);
  return 'name' in data ? data.name : data.file.name;
}

/** What the button Points CSV saves. */
export function pointsFile(name: string): string {
  return `${stemOf(name)}-points.csv`;
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
