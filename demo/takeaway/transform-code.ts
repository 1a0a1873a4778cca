import { preparedNames } from '../data/prepare.ts';
import type { Preparation } from '../data/types.ts';
import { literal } from './quoting.ts';

/** Whether columns are changed on the way to the engine. */
export function isTransformed(preparation: Preparation | undefined): boolean {
  return preparation !== undefined && (preparation.standardize || loggedIn(preparation).length > 0);
}

function loggedIn({ columns, log }: Preparation): number[] {
  return [...columns.keys()].filter((d) => log.includes(columns[d]!));
}

/** Lines that make `points` of a `table` as the Lab does it; none where columns stay as they are. */
export function transformCode(preparation: Preparation | undefined): string[] {
  if (!preparation || !isTransformed(preparation)) return [];
  const logged = loggedIn(preparation);
  return [
    'const D = table.nFeatures;',
    `${logged.length > 0 ? 'let' : 'const'} data = Float64Array.from(table.data);`,
    ...(logged.length > 0 ? logarithms(logged) : []),
    ...(preparation.standardize ? STANDARDIZE : []),
    `const featureNames = [${preparedNames(preparation).map(literal).join(', ')}];`,
    'const points = { data, nFeatures: D, featureNames };',
  ];
}

function logarithms(columns: readonly number[]): string[] {
  return [
    '// Decimal logarithms of these columns. Rows that are not positive there are left out.',
    `const logged = [${columns.join(', ')}];`,
    'let length = 0;',
    'for (let row = 0; row < data.length; row += D) {',
    '  if (logged.some((d) => !(data[row + d] > 0))) continue;',
    '  for (let d = 0; d < D; d++) {',
    '    const x = data[row + d];',
    '    data[length++] = logged.includes(d) ? Math.log10(x) : x;',
    '  }',
    '}',
    'data = data.slice(0, length);',
  ];
}

const STANDARDIZE = [
  '// Each column minus its mean, divided by its standard deviation.',
  'for (let d = 0; d < D; d++) {',
  '  const column = data.filter((_, i) => i % D === d);',
  '  const mean = column.reduce((sum, x) => sum + x, 0) / column.length;',
  '  const variance = column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / column.length;',
  '  for (let i = d; i < data.length; i += D) data[i] = (data[i] - mean) / (Math.sqrt(variance) || 1);',
  '}',
];
