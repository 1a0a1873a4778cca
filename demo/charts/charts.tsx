import './charts.css';
import type { HostPoints } from 'emgpu';
import { BicPanel } from './bic-panel.tsx';
import { CourseChart } from './course-chart.tsx';
import { FactsTable } from './facts-table.tsx';
import type { BicRequest, RunFacts } from './types.ts';
import { useCalm } from './use-calm.ts';
import { WeightsChart } from './weights-chart.tsx';

export type { BicRequest, RunFacts } from './types.ts';

export interface ChartsProps {
  /** One, or two that are compared. */
  readonly runs: readonly RunFacts[];
  /** What BIC over K is to be computed for. */
  readonly bic: BicRequest | undefined;
  /** What is clustered: of other points BIC over K is another. */
  readonly points: HostPoints | undefined;
  /** There are no points yet, or they are changing. */
  readonly disabled: boolean;
}

/** The course of the fits, weights, BIC over K, and numbers, live. */
export function Charts({ runs, bic, points, disabled }: ChartsProps) {
  const calm = useCalm(runs);
  return (
    <section class="charts" aria-label="Charts">
      {byObjective(calm).map((group) => (
        <CourseChart key={group[0]!.objective} runs={group} />
      ))}
      {calm.map(
        ({ label, weights }) =>
          weights && <WeightsChart key={label} label={calm.length > 1 ? label : ''} weights={weights} />,
      )}
      {calm.length > 0 && <FactsTable runs={calm} />}
      <BicPanel request={bic} points={points} disabled={disabled} />
    </section>
  );
}

/** Log-likelihoods and inertias have no axis in common. */
function byObjective(runs: readonly RunFacts[]): RunFacts[][] {
  const objectives = new Set(runs.map(({ objective }) => objective));
  return [...objectives].map((one) => runs.filter(({ objective }) => objective === one));
}
