import { generate } from './generate.ts';
import type { Watch } from './pace.ts';
import { readSource } from './read.ts';
import { readSample } from './samples.ts';
import type { SourceTable } from './source-table.ts';
import type { DataChoice } from './types.ts';

/** Reads or makes what was chosen. */
export function loadTable(choice: DataChoice, watch: Watch): Promise<SourceTable> {
  if (choice.kind === 'file') return readSource(choice.file, choice.file.name, watch);
  return choice.kind === 'sample' ? readSample(choice.id, watch) : generate(choice, watch);
}
