import { useSignal } from '@preact/signals';
import { scaleLinear } from 'd3-scale';
import type { HostPoints, SelectionRow } from 'emgpu';
import { useEffect, useRef } from 'preact/hooks';
import { Chart } from '../shared/chart.tsx';
import { BIC_COMPONENTS, bicOverK } from './bic.ts';
import { total } from './format.ts';
import { marginFor } from './margin.ts';
import type { BicRequest } from './types.ts';

interface Props {
  /** Asked for when the button is pressed. */
  readonly request: () => BicRequest | undefined;
  /** Rows that are shown are of these. */
  readonly points: HostPoints | undefined;
  readonly disabled: boolean;
  readonly say: (message: string) => void;
}

/** About so many numbers stand beside the upright axis. */
const TICKS = 4;

/** BIC for K from 1 to 8, when asked for. */
export function BicPanel({ request, points, disabled, say }: Props) {
  const rows = useSignal<readonly SelectionRow[]>([]);
  const kind = useSignal('');
  const stopping = useSignal<AbortController | undefined>(undefined);
  const alive = useRef(new AbortController());
  useEffect(() => () => alive.current.abort(), []);
  // Other points end what is under way and take its rows away.
  useEffect(() => {
    stopping.value?.abort();
    rows.value = [];
  }, [points]);
  const begin = async () => {
    const asked = request();
    if (!asked) return say('BIC over K: there are no points yet.');
    if (asked.choice.kind === 'k-means') return say('k-means has no likelihood, so there is no BIC. Choose a mixture.');
    const controller = new AbortController();
    stopping.value = controller;
    rows.value = [];
    kind.value = asked.choice.kind;
    try {
      const signal = AbortSignal.any([controller.signal, alive.current.signal]);
      await bicOverK(asked, { signal, onRows: (found) => (rows.value = found) });
    } catch (error) {
      say(controller.signal.aborted ? 'BIC over K: stopped.' : `BIC over K: ${(error as Error).message}`);
    } finally {
      stopping.value = undefined;
    }
  };
  return (
    <figure>
      <figcaption>How many components?</figcaption>
      <p class="soft">BIC, the Bayesian information criterion, charges for every parameter. Smaller is better.</p>
      <div class="charts-row">
        <button type="button" disabled={disabled || stopping.value !== undefined} onClick={begin}>
          BIC over K
        </button>
        {stopping.value && (
          <>
            <progress aria-label="BIC over K" max={BIC_COMPONENTS.length} value={rows.value.length} />
            <button type="button" onClick={() => stopping.value?.abort()}>
              Stop
            </button>
          </>
        )}
      </div>
      {rows.value.length > 0 && <BicChart rows={rows.value} kind={kind.value} ended={stopping.value === undefined} />}
    </figure>
  );
}

interface BicChartProps {
  readonly rows: readonly SelectionRow[];
  readonly kind: string;
  readonly ended: boolean;
}

function BicChart({ rows, kind, ended }: BicChartProps) {
  const found = rows.flatMap(({ nComponents: k, bic }) => (bic === undefined ? [] : [{ k, bic }]));
  const refused = rows.filter((row) => row.refused !== undefined).map(({ nComponents }) => nComponents);
  if (found.length === 0) return <p class="soft">No K could be fitted.</p>;
  const values = found.map(({ bic }) => bic);
  const domain = scaleLinear()
    .domain([Math.min(...values), Math.max(...values)])
    .nice(TICKS)
    .domain() as [number, number];
  const best = found.reduce((a, b) => (b.bic < a.bic ? b : a));
  return (
    <>
      <Chart
        label={`BIC over K, ${kind}: ${found.map(({ k, bic }) => `K ${k} ${total(bic)}`).join(', ')}`}
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
