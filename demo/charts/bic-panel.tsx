import { scaleLinear } from 'd3-scale';
import type { HostPoints, SelectionRow } from 'emgpu';
import type { ModelKind } from '../models/choices.ts';
import { Chart } from '../shared/chart.tsx';
import { BIC_COMPONENTS } from './bic.ts';
import { total } from './format.ts';
import { marginFor } from './margin.ts';
import type { BicRequest } from './types.ts';
import { useBic } from './use-bic.ts';

interface Props {
  /** What the button would compute. */
  readonly request: BicRequest | undefined;
  /** Rows that are shown are of these. */
  readonly points: HostPoints | undefined;
  readonly disabled: boolean;
}

/** About so many numbers stand beside the upright axis. */
const TICKS = 4;

/** BIC for K from 1 to 8, when asked for. */
export function BicPanel({ request, points, disabled }: Props) {
  const { rows, said, running, begin, stop } = useBic(request, points);
  const name = request && nameOf(request.choice.kind);
  return (
    <figure>
      <figcaption>
        How many components?
        {name && <span class="charts-of"> {`${name}, K from 1 to ${BIC_COMPONENTS.length}`}</span>}
      </figcaption>
      <p class="soft">BIC, the Bayesian information criterion, charges for every parameter. Smaller is better.</p>
      <div class="charts-row">
        <button type="button" disabled={disabled || running.value !== undefined} onClick={begin}>
          BIC over K
        </button>
        {running.value && (
          <>
            <progress aria-label="BIC over K" max={BIC_COMPONENTS.length} value={rows.value.length} />
            <button type="button" onClick={stop}>
              Stop
            </button>
          </>
        )}
        <p role="status">{said.value}</p>
      </div>
      {name && rows.value.length > 0 && <BicChart rows={rows.value} name={name} />}
    </figure>
  );
}

/** What has a BIC, in words; nothing for k-means. */
function nameOf(kind: ModelKind): string | undefined {
  if (kind === 'k-means') return undefined;
  return kind === 'soft-k-means' ? 'soft k-means' : `${kind} mixture`;
}

interface BicChartProps {
  readonly rows: readonly SelectionRow[];
  readonly name: string;
}

function BicChart({ rows, name }: BicChartProps) {
  const found = rows.flatMap(({ nComponents: k, bic }) => (bic === undefined ? [] : [{ k, bic }]));
  const refused = rows.filter((row) => row.refused !== undefined).map(({ nComponents }) => nComponents);
  if (found.length === 0) return <p class="soft">No K could be fitted.</p>;
  const values = found.map(({ bic }) => bic);
  const domain = scaleLinear()
    .domain([Math.min(...values), Math.max(...values)])
    .nice(TICKS)
    .domain() as [number, number];
  const best = found.reduce((a, b) => (b.bic < a.bic ? b : a));
  const ended = rows.length === BIC_COMPONENTS.length;
  return (
    <>
      <Chart
        label={`BIC over K, ${name}: ${found.map(({ k, bic }) => `K ${k} ${total(bic)}`).join(', ')}`}
        inputs={[rows]}
        options={(plot) => ({
          ...{ width: 380, height: 190, marginBottom: 36, marginTop: 14, marginRight: 14 },
          marginLeft: marginFor(domain, TICKS),
          x: { label: 'K', domain: [1, BIC_COMPONENTS.length], ticks: BIC_COMPONENTS.length, tickFormat: 'd' },
          y: { label: null, grid: true, ticks: TICKS, domain },
          marks: [
            plot.line(found, { x: 'k', y: 'bic', stroke: 'var(--soft)' }),
            plot.dot(found, { x: 'k', y: 'bic', fill: 'var(--soft)', r: 3 }),
            plot.dot([best], { x: 'k', y: 'bic', stroke: 'var(--accent)', strokeWidth: 2.5, r: 7 }),
          ],
        })}
      />
      <p data-read="bic" data-k={best.k} data-value={best.bic}>
        {ended ? 'Smallest' : 'Smallest so far'}: {total(best.bic)} at K = {best.k}.
        {refused.length > 0 && ` No sound fit at K = ${refused.join(', ')}.`}
      </p>
    </>
  );
}
