import { type ComponentTable, componentTable } from '../component-table.ts';
import { printable } from '../failure.ts';
import type { ModelView } from '../view.ts';
import { align } from './align.ts';

/** A terminal shows at most this many components; the model file and the report hold the rest. */
const MOST_COMPONENTS = 64;
const MOST_FEATURES = 16;

/** The components of a model as text, see {@link limitedLines}. */
export function componentLines(view: ModelView, width: number): string[] {
  const size = { noun: view.noun, nComponents: view.nComponents, nFeatures: view.featureNames.length };
  return limitedLines(size, width, (components, features) => componentTable(view, components, features));
}

/**
 * A table of components and features as text: a table if it fits `width`, else a block of lines per component. With no
 * limit of width (a pipe) nothing is left out.
 * @param tableOf the table of some components and features, as indices
 */
export function limitedLines(
  { noun, nComponents, nFeatures }: Pick<ModelView, 'noun' | 'nComponents'> & { readonly nFeatures: number },
  width: number,
  tableOf: (components: readonly number[], features: readonly number[]) => ComponentTable,
): string[] {
  const limited = Number.isFinite(width);
  const components = firstIndices(nComponents, limited ? MOST_COMPONENTS : nComponents);
  const features = firstIndices(nFeatures, limited ? MOST_FEATURES : nFeatures);
  const { header, rows } = tableOf(components, features);
  const table = [header.map(printable), ...rows];
  const lines = align(table);
  const shown = lines.every((line) => line.length <= width) ? lines : blocks(table);
  if (components.length < nComponents) shown.push(`… and ${nComponents - components.length} more ${noun}s`);
  if (features.length < nFeatures) shown.push(`… and ${nFeatures - features.length} more columns`);
  return shown;
}

function firstIndices(count: number, most: number): number[] {
  return Array.from({ length: Math.min(count, most) }, (_, i) => i);
}

/** A table for narrow terminals: every cell on its own line, after its column's name. */
function blocks([names, ...rows]: readonly (readonly string[])[]): string[] {
  const indent = Math.max(...names!.slice(1).map((name) => name.length));
  return rows.flatMap(([k, ...cells]) => [
    `${names![0]} ${k}`,
    ...cells.map((cell, i) => `  ${names![i + 1]!.padEnd(indent)}  ${cell}`),
  ]);
}
