import { componentTable } from '../component-table.ts';
import { printable } from '../failure.ts';
import type { ModelView } from '../view.ts';
import { align } from './align.ts';

/** A terminal is not the place for more; the model file and the report hold the rest. */
const MOST_COMPONENTS = 64;
const MOST_FEATURES = 16;

/**
 * The components of a model as text: a table if it fits `width`, else a block of lines per component. With no limit of
 * width (a pipe) nothing is left out.
 */
export function componentLines(view: ModelView, width: number): string[] {
  const limited = Number.isFinite(width);
  const components = firstIndices(view.nComponents, limited ? MOST_COMPONENTS : view.nComponents);
  const features = firstIndices(view.featureNames.length, limited ? MOST_FEATURES : view.featureNames.length);
  const { header, rows } = componentTable(view, components, features);
  const table = [header.map(printable), ...rows];
  const lines = align(table);
  const shown = lines.every((line) => line.length <= width) ? lines : blocks(table);
  if (components.length < view.nComponents)
    shown.push(`… and ${view.nComponents - components.length} more ${view.noun}s`);
  if (features.length < view.featureNames.length)
    shown.push(`… and ${view.featureNames.length - features.length} more columns`);
  return shown;
}

function firstIndices(count: number, most: number): number[] {
  return Array.from({ length: Math.min(count, most) }, (_, i) => i);
}

/** For narrow terminals: every cell on its own line, after its column's name. */
export function blocks([names, ...rows]: readonly (readonly string[])[]): string[] {
  const indent = Math.max(...names!.slice(1).map((name) => name.length));
  return rows.flatMap(([k, ...cells]) => [
    `${names![0]} ${k}`,
    ...cells.map((cell, i) => `  ${names![i + 1]!.padEnd(indent)}  ${cell}`),
  ]);
}
