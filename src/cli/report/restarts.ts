import * as Plot from '@observablehq/plot';
import type { Restart } from '../../node.ts';
import type { Fitted } from '../fitted.ts';
import { isKMeans } from '../models.ts';
import { count, total } from '../numbers.ts';
import { chosenStart, sameWithin } from '../optima.ts';
import { axisOf, draw, ticksAcross } from './chart.ts';
import { type ElementMaker, table } from './dom.ts';

const WIDTH = 560;
const MOST_ROWS = 60;

/** What the starts of a fit led to: a chart of where they ended, and a table of the starts. Nothing where there was only one. */
export function restartSections(document: Document, { fit }: Fitted, el: ElementMaker): Element[] {
  if (fit.restarts.length < 2) return [];
  const label = isKMeans(fit) ? 'inertia' : 'log-likelihood';
  const chosen = chosenStart(fit);
  const ended = fit.restarts.map((start, index) => ({ ...start, index })).filter(hasValue);
  const rows = fit.restarts.slice(0, MOST_ROWS).map((start, index) => cells(start, index === chosen));
  const more = fit.restarts.length - rows.length;
  const note = more > 0 ? [el('p', { class: 'note' }, `And ${count(more)} more.`)] : [];
  const header = ['start', 'seed', label, 'iterations', 'end'];
  const body = rows.map((row, index) => [`${index}`, ...row]);
  return [
    el(
      'section',
      {},
      el('h2', {}, 'Starts'),
      el(
        'div',
        { class: 'columns late' },
        figure(document, { ended, chosen, label, near: sameWithin(fit) }, el),
        el(
          'div',
          { class: 'scroll tight starts' },
          table(el, header, body, (index) => index === chosen),
          ...note,
        ),
      ),
    ),
  ];
}

function hasValue<T extends Restart>(start: T): start is T & { readonly value: number } {
  return start.value !== undefined;
}

function cells({ seed, value, nIter, converged, refused }: Restart, isChosen: boolean): string[] {
  const end = refused ? `refused: ${refused}` : converged ? 'converged' : 'not converged';
  return [`${seed}`, value === undefined ? '—' : total(value), `${nIter}`, isChosen ? `${end}, chosen` : end];
}

type Ended = Restart & { readonly value: number; readonly index: number };

interface Strip {
  readonly ended: readonly Ended[];
  /** The index of the start that was chosen. */
  readonly chosen: number;
  readonly label: string;
  /** Values closer than this are the same: the axis is no finer. */
  readonly near: number;
}

function figure(document: Document, data: Strip, el: ElementMaker): Element {
  const { ended, label } = data;
  const refused = ended.filter((start) => start.refused);
  const caption = [
    `Every dot is a start at the ${label} where it ended; the filled one was chosen.`,
    ...(refused.length > 0 ? ['Crosses: refused, because a component collapsed.'] : []),
  ].join(' ');
  return el('figure', { class: 'strip' }, strip(document, data), el('figcaption', {}, caption));
}

/** A strip plot: dots that would lie on one another are stacked. */
function strip(document: Document, { ended, chosen, label, near }: Strip): Element {
  const values = ended.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const pad = Math.max(0.04 * (most - least), 10 * near) || 1;
  const limits = { low: least - pad, high: most + pad };
  const radius = ended.length > 60 ? 2.5 : 4;
  const diameter = ((limits.high - limits.low) * (2 * radius + 1)) / WIDTH;
  const stacked = stack(ended, diameter);
  const highest = Math.max(...stacked.map(({ level }) => level)) + 1;
  return draw(document, `${label} of every start`, {
    width: WIDTH,
    height: 52 + Math.max(36, Math.min(200, highest * (2 * radius + 2))),
    marginBottom: 40,
    marginLeft: 20,
    x: { ...axisOf(limits), label, ticks: ticksAcross(limits, WIDTH, 4) },
    y: { axis: null, domain: [-0.7, Math.max(highest, 2)] },
    marks: [
      Plot.ruleY([-0.7], { stroke: 'var(--line)' }),
      Plot.dot(stacked, {
        x: 'place',
        y: 'level',
        r: radius,
        symbol: ({ refused }: Ended) => (refused ? 'times' : 'circle'),
        fill: ({ index }: Ended) => (index === chosen ? 'var(--c0)' : 'none'),
        stroke: ({ refused }: Ended) => (refused ? 'var(--c4)' : 'var(--c0)'),
        strokeWidth: 1.5,
      }),
    ],
    symbol: { type: 'identity' } as Plot.ScaleOptions,
    color: { type: 'identity' } as Plot.ScaleOptions,
  });
}

type Placed = Ended & { readonly place: number; readonly level: number };

/** Stacks dots: those closer than a diameter to one another stand on the first of them. */
function stack(ended: readonly Ended[], diameter: number): Placed[] {
  const placed: Placed[] = [];
  for (const start of [...ended].sort((a, b) => a.value - b.value)) {
    const last = placed.at(-1);
    const isNear = last !== undefined && start.value - last.place < diameter;
    placed.push({ ...start, place: isNear ? last.place : start.value, level: isNear ? last.level + 1 : 0 });
  }
  return placed;
}
