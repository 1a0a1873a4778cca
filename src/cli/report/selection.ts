import * as Plot from '@observablehq/plot';
import type { Selection, SelectionRow } from '../../node.ts';
import type { Fitted } from '../fitted.ts';
import { criterionText } from '../numbers.ts';
import { axisOf, draw, marginFor } from './chart.ts';
import { type ElementMaker, table } from './dom.ts';
import { colorOf } from './palette.ts';

/** The candidates that a fit was chosen from: a chart of their criterion over K, and a table. Nothing where there were none. */
export function selectionSections(document: Document, { selection }: Fitted, el: ElementMaker): Element[] {
  if (!selection) return [];
  const types = [...new Set(selection.rows.map(typeOf))];
  return [
    el(
      'div',
      { class: 'columns late' },
      el('div', {}, pictureSection(document, selection, types, el)),
      el('div', {}, tableSection(selection, types, el)),
    ),
  ];
}

function typeOf({ covarianceType }: SelectionRow): string {
  return covarianceType ?? '';
}

/** The axis ends at this many times the distance from the best to the median: the worst models would squash the rest. */
const SPAN = 3;

interface Candidate {
  readonly K: number;
  readonly value: number;
  readonly type: string;
}

function pictureSection(document: Document, selection: Selection<unknown>, types: string[], el: ElementMaker): Element {
  const { rows, criterion, best } = selection;
  const name = criterion.toUpperCase();
  const candidates = rows.flatMap((row): Candidate[] => {
    const value = row[criterion];
    return value === undefined ? [] : [{ K: row.nComponents, value, type: typeOf(row) }];
  });
  const values = candidates.map(({ value }) => value).sort((a, b) => a - b);
  const [least, median, most] = [values[0]!, values[Math.floor(values.length / 2)]!, values.at(-1)!];
  const top = Math.min(most, least + SPAN * (median - least)) || most;
  const pad = 0.05 * (top - least) || 1;
  const limits = { low: least - pad, high: top + pad };
  const outside = values.filter((value) => value > limits.high).length;
  const key = types.filter(Boolean).map((type) => {
    const swatch = el('span', { class: 'swatch', style: `background:${colorFor(types, type)}` });
    return el('span', { class: 'key' }, swatch, type);
  });
  const caption = [
    `Smaller is better; the ring marks the best of ${rows.length} models.`,
    ...(outside > 0 ? [`${outside} models lie above the picture.`] : []),
  ].join(' ');
  const chart = selectionChart(document, candidates, {
    name,
    types,
    limits,
    best: { ...best, value: best[criterion]! },
  });
  return el(
    'section',
    { class: 'large' },
    el('h2', {}, `${name} of the models`),
    el('figure', {}, el('div', { class: 'legend' }, ...key), chart, el('figcaption', {}, caption)),
  );
}

function colorFor(types: readonly string[], type: string): string {
  return colorOf(types.indexOf(type));
}

interface Frame {
  readonly name: string;
  readonly types: readonly string[];
  readonly limits: { readonly low: number; readonly high: number };
  readonly best: SelectionRow & { readonly value: number };
}

function selectionChart(document: Document, candidates: readonly Candidate[], frame: Frame): Element {
  const { name, types, limits, best } = frame;
  const sizes = [...new Set(candidates.map(({ K }) => K))].sort((a, b) => a - b);
  const color = ({ type }: Candidate) => colorFor(types, type);
  const place = { x: 'K', y: 'value', clip: true } as const;
  return draw(document, `${name} against the number of components`, {
    width: 460,
    height: 320,
    marginTop: 30,
    marginLeft: marginFor([limits]),
    marginRight: 24,
    marginBottom: 40,
    x: { label: 'components', ticks: sizes.length > 12 ? 8 : sizes, tickFormat: 'd', inset: 8 },
    y: { ...axisOf(limits), label: name, ticks: 6, grid: true },
    color: { type: 'identity' } as Plot.ScaleOptions,
    marks: [
      Plot.line(candidates, { ...place, z: 'type', stroke: color, strokeWidth: 1.75 }),
      Plot.dot(candidates, { ...place, fill: color, r: 2.5 }),
      Plot.dot([best], { x: best.nComponents, y: best.value, r: 7, stroke: 'var(--ink)', strokeWidth: 1.75 }),
    ],
  });
}

function tableSection({ rows, criterion, best }: Selection<unknown>, types: string[], el: ElementMaker): Element {
  const sizes = [...new Set(rows.map(({ nComponents }) => nComponents))];
  const at = (K: number, type: string) => rows.find((row) => row.nComponents === K && typeOf(row) === type);
  const cell = (row: SelectionRow | undefined): Element | string => {
    const value = row?.[criterion];
    if (value === undefined) return '—';
    return row === best ? el('strong', {}, criterionText(value)) : criterionText(value);
  };
  const body = sizes.map((K) => [`${K}`, ...types.map((type) => cell(at(K, type)))]);
  const header = ['K', ...types.map((type) => type || criterion.toUpperCase())];
  const refused = rows.filter((row) => row.refused !== undefined);
  const reasons = refused.map((row) => el('li', {}, `${row.nComponents} ${typeOf(row)}: ${row.refused}`.trim()));
  return el(
    'section',
    {},
    el('h2', {}, 'The candidates'),
    el('div', { class: 'scroll tight' }, table(el, header, body)),
    ...(refused.length > 0 ? [el('p', { class: 'note' }, '— refused:'), el('ul', { class: 'note' }, ...reasons)] : []),
  );
}
