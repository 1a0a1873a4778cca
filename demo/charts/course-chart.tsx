import { Chart } from '../shared/chart.tsx';
import { total } from './format.ts';
import { marginFor } from './margin.ts';
import { axisFor, thin } from './thin.ts';
import type { RunFacts } from './types.ts';

/** About so many numbers stand beside the upright axis. */
const TICKS = 4;

/** Lines of models: not the colours of components, and told apart by their dashes, too. */
const LINES = [
  { stroke: 'var(--accent)', strokeDasharray: 'none' },
  { stroke: 'var(--text)', strokeDasharray: '5 3' },
] as const;

/** The objective against the iteration: one line per run. All runs have the same objective. */
export function CourseChart({ runs }: { readonly runs: readonly RunFacts[] }) {
  const [{ objective }] = runs as readonly [RunFacts];
  const domain = axisFor(runs.map(({ history }) => history));
  const last = Math.max(1, ...runs.map(({ history }) => history.length - 1));
  const inputs = runs.flatMap(({ label, history }) => [label, history.length, history.at(-1)]);
  return (
    <figure>
      <figcaption>
        {objective === 'inertia' ? 'Inertia' : 'Log-likelihood'} against iteration
        {runs.length > 1 && <Legend runs={runs} />}
      </figcaption>
      {domain ? (
        <Chart
          label={`${objective} against iteration, now ${runs.map(valueText).join(' and ')}`}
          inputs={inputs}
          options={(plot) => ({
            ...{ width: 380, height: 210, marginBottom: 36, marginTop: 12, marginRight: 14 },
            marginLeft: marginFor(domain, TICKS),
            // There are no halves of iterations.
            x: { label: 'iteration', domain: [0, last], ticks: Math.min(5, last), tickFormat: 'd' },
            y: { label: null, domain, ticks: TICKS, grid: true },
            marks: runs.flatMap((run, i) => {
              const points = thin(run.history);
              const line = LINES[i % LINES.length]!;
              return [
                plot.line(points, { ...line, x: 'iteration', y: 'value', strokeWidth: 1.75, clip: true }),
                plot.dot(points.slice(-1), { x: 'iteration', y: 'value', fill: line.stroke, r: 3 }),
              ];
            }),
          })}
        />
      ) : (
        <p class="soft">It begins with the first iteration.</p>
      )}
    </figure>
  );
}

function valueText({ label, history }: RunFacts): string {
  return `${total(history.at(-1) ?? Number.NaN)} (${label})`;
}

function Legend({ runs }: { readonly runs: readonly RunFacts[] }) {
  return (
    <span class="charts-legend">
      {runs.map(({ label }, i) => (
        <span key={label}>
          <svg width="22" height="8" aria-hidden="true">
            <line x1="0" x2="22" y1="4" y2="4" stroke-width="2" style={LINES[i % LINES.length]!} />
          </svg>{' '}
          {label}
        </span>
      ))}
    </span>
  );
}
