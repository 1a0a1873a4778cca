import * as Plot from '@observablehq/plot';
import type { Fitted } from '../fitted.ts';
import { isKMeans } from '../models.ts';
import { draw } from './chart.ts';
import type { ElementMaker } from './dom.ts';

/** What one iteration gained, per unit of weight. */
interface Gain {
  readonly iteration: number;
  readonly gain: number;
  readonly part: 'bound' | 'gap';
}

const COLORS = { bound: 'var(--c0)', gap: 'var(--c1)' } as const;

/** The parts of what the M-steps gained; nothing where the bounds were not kept. */
export function boundSections(document: Document, { fit }: Fitted, el: ElementMaker): Element[] {
  if (isKMeans(fit) || fit.bounds.length === 0) return [];
  const gains = fit.bounds.flatMap(({ iteration, expectation, maximization }): Gain[] => [
    { iteration, gain: (maximization.elbo - expectation.elbo) / fit.totalWeight, part: 'bound' },
    { iteration, gain: maximization.kl / fit.totalWeight, part: 'gap' },
  ]);
  // Near the end of a run rounding can make gains 0 or negative, which a logarithmic axis cannot show.
  const seen = gains.filter(({ gain }) => gain > 0);
  if (seen.length === 0) return [];
  const key = (part: Gain['part'], text: string) => [
    el('span', { class: 'swatch', style: `background:${COLORS[part]}` }),
    text,
  ];
  const caption = [
    'What each iteration added to the log-likelihood, per point, is the sum of both: ',
    ...key('bound', 'how far the M-step raised the evidence lower bound; '),
    ...key(
      'gap',
      'the KL divergence that it opened between responsibilities and posterior, which the next E-step closes.',
    ),
  ];
  return [
    el(
      'section',
      { class: 'large' },
      el('h2', {}, 'Evidence lower bound'),
      el('figure', {}, chartOf(document, seen), el('figcaption', {}, ...caption)),
    ),
  ];
}

function chartOf(document: Document, gains: readonly Gain[]): Element {
  const iterations = gains.map(({ iteration }) => iteration);
  const last = Math.max(...iterations);
  const steps = last - Math.min(...iterations);
  const place = { x: 'iteration', y: 'gain', stroke: ({ part }: Gain) => COLORS[part] } as const;
  return draw(document, 'gain of every iteration, bound and KL divergence', {
    width: 380,
    height: 240,
    marginTop: 30,
    marginLeft: 56,
    marginBottom: 40,
    // No more ticks than steps between iterations: there are no half iterations.
    x: { label: 'iteration', ticks: Math.min(5, Math.max(1, steps)), tickFormat: 'd' },
    y: { label: 'gain per point', type: 'log', ticks: 5, tickFormat: (x: number) => x.toExponential(0), grid: true },
    color: { type: 'identity' } as Plot.ScaleOptions,
    marks: [
      Plot.line(gains, { ...place, z: 'part', strokeWidth: 1.75 }),
      ...(last <= 30 ? [Plot.dot(gains, { ...place, fill: ({ part }: Gain) => COLORS[part], r: 2 })] : []),
    ],
  });
}
