import { Chart } from '../shared/chart.tsx';
import { percent } from '../shared/format.ts';
import { colorOf } from '../shared/palette.ts';

/** More bars cannot be told apart. */
const MOST_BARS = 24;
const ROW_HEIGHT = 20;

interface Props {
  readonly label: string;
  /** `[K]`, summing to 1. */
  readonly weights: readonly number[];
}

/** The share of the points that each component accounts for, as bars in the components' colours. */
export function WeightsChart({ label, weights }: Props) {
  const bars = heaviest(weights);
  const text = bars.map(({ k, weight }) => `component ${k} ${percent(weight)}`).join(', ');
  return (
    <figure>
      <figcaption>
        {weights.length > MOST_BARS ? `The ${MOST_BARS} largest weights of ${weights.length}` : 'Weights'}
        {label && `, ${label}`}
      </figcaption>
      <Chart
        label={`Weights: ${text}`}
        inputs={bars.map(({ k, weight }) => `${k} ${weight.toFixed(4)}`)}
        options={(plot) => ({
          ...{ width: 380, height: bars.length * ROW_HEIGHT + 14, marginLeft: 30, marginRight: 50 },
          ...{ marginTop: 4, marginBottom: 10 },
          color: { type: 'identity' },
          x: { axis: null, domain: [0, Math.max(...weights)] },
          y: { type: 'band', label: null, domain: bars.map(({ k }) => k), tickSize: 0, padding: 0.25 },
          marks: [
            plot.barX(bars, { x: 'weight', y: 'k', fill: ({ k }) => colorOf(k) }),
            plot.text(bars, { x: 'weight', y: 'k', text: ({ weight }) => percent(weight), textAnchor: 'start', dx: 5 }),
          ],
        })}
      />
    </figure>
  );
}

/** In the order of the components. */
function heaviest(weights: readonly number[]): { readonly k: number; readonly weight: number }[] {
  return weights
    .map((weight, k) => ({ k, weight }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MOST_BARS)
    .sort((a, b) => a.k - b.k);
}
