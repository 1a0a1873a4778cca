import type { Selection, SelectionRow } from '../../node.ts';
import { printable } from '../failure.ts';
import { criterionText } from '../numbers.ts';
import { align } from './align.ts';
import { emphasis } from './style.ts';

/** The criterion of every candidate: numbers of components down, covariance types across, the best one marked. */
export function selectionSummary({ rows, criterion, best }: Selection<unknown>): string {
  const types = [...new Set(rows.map(typeOf))];
  const sizes = [...new Set(rows.map(({ nComponents }) => nComponents))];
  const at = (K: number, type: string) => rows.find((row) => row.nComponents === K && typeOf(row) === type);
  const name = criterion.toUpperCase();
  const table = [
    ['K', ...types.map((type) => `${type || name} `)],
    ...sizes.map((K) => [`${K}`, ...types.map((type) => cell(at(K, type), criterion, best))]),
  ];
  const [head, ...lines] = align(table, '  ');
  const marks = `${name} of mixtures of K components; smaller is better.  * the best${rows.some(isRefused) ? '   — refused' : ''}`;
  return [emphasis(process.stdout, 'bold', head!), ...lines, '', marks, ...refusals(rows)]
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

function typeOf({ covarianceType }: SelectionRow): string {
  return covarianceType ?? '';
}

function cell(row: SelectionRow | undefined, criterion: 'bic' | 'aic' | 'icl', best: SelectionRow): string {
  const value = row?.[criterion];
  if (value === undefined) return '— ';
  return `${criterionText(value)}${row === best ? '*' : ' '}`;
}

function isRefused({ refused }: SelectionRow): boolean {
  return refused !== undefined;
}

/** A terminal shows at most this many reasons; all of them are in `--json` and in the report. */
const MOST_REASONS = 6;

function refusals(rows: readonly SelectionRow[]): string[] {
  const refused = rows.filter(isRefused);
  const lines = refused
    .slice(0, MOST_REASONS)
    .map((row) => `  ${row.nComponents} ${typeOf(row)}: ${printable(row.refused!)}`);
  const more = refused.length - lines.length;
  return more > 0 ? [...lines, `  … and ${more} more`] : lines;
}
