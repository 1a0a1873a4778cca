import type { Fitted } from '../fitted.ts';
import { isKMeans } from '../models.ts';
import { count } from '../numbers.ts';
import type { Scene } from './chart.ts';
import { within } from './limits.ts';
import { PALETTE_SIZE } from './palette.ts';

/** Says what is left out of a pair plot of `shown` of `d` features. */
export function pairCaption(noun: string, d: number, shown: number): string {
  return shown < d ? `The ${shown} of ${d} columns that tell the ${noun}s apart best.` : '';
}

/** The caption of a scatter plot of these features with at most `dots` dots. */
export function scatterCaption(scene: Scene, fitted: Fitted, features: readonly number[], dots: number): string {
  const { fit, view } = fitted;
  const n = fit.nSamples;
  const shown = n <= dots ? 'all points' : `${count(dots)} of ${count(n)} points, spread evenly over the file`;
  return [
    `Dots: ${shown}, coloured by ${isKMeans(fit) ? 'cluster' : 'most likely component'}${view.noise === undefined ? '' : '; grey: noise'}.`,
    ...(view.directions ? ['They are divided by their lengths, as the metric sees them.'] : []),
    ...(fitted.weightsColumn === undefined ? [] : ['Dots do not show weights.']),
    view.covariance
      ? `Ellipses: 1 and 2 standard deviations${view.counts ? '' : ' (39 % and 86 % of a component)'}.`
      : 'Numbers: centres.',
    ...commonCaption(scene, features),
  ].join(' ');
}

/** The caption of the histogram of the first feature. */
export function densityCaption(scene: Scene, { view, weightsColumn }: Fitted): string {
  const bars = weightsColumn === undefined ? 'the points' : 'the points, weighted';
  const sum = view.noise === undefined ? 'their sum' : 'their sum, without the noise';
  return [
    view.covariance
      ? `Bars: ${bars}. Lines: the components; dashed: ${sum}.`
      : `Bars: ${bars}, coloured by cluster. Lines: the centres.`,
    ...commonCaption(scene, [0]),
  ].join(' ');
}

function commonCaption({ view, components, sample, limits }: Scene, features: readonly number[]): string[] {
  const whole = sample.rows.filter((_, s) => features.every((i) => Number.isFinite(sample.value(s, i)))).length;
  const gaps = 1 - whole / sample.rows.length;
  const outside = (whole - within(sample, limits, features).length) / sample.rows.length;
  const percent = (share: number) => `${(100 * share).toPrecision(2)} %`;
  return [
    ...(outside > 0
      ? [
          `Axes leave the outermost values out (beyond the 1st and 99th percentile): ${percent(outside)} of the points are not in the picture.`,
        ]
      : []),
    ...(gaps > 0 ? [`${percent(gaps)} of the points lack a column and are drawn only where they have both.`] : []),
    ...(components.length < view.nComponents ? [`Drawn are the ${components.length} heaviest ${view.noun}s.`] : []),
    ...(view.nComponents > PALETTE_SIZE ? [`Colours repeat after ${PALETTE_SIZE}; the numbers do not.`] : []),
  ];
}
