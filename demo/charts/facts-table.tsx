import type { ComponentChildren } from 'preact';
import { bytes, count, measured, total } from './format.ts';
import { ratesOf } from './rates.ts';
import type { RunFacts } from './types.ts';

type Fact = (run: RunFacts) => ComponentChildren;

const NONE = 'none yet';
/** What is said once where it is the same for all runs. */
const SHARED: readonly string[] = ['Points', 'Computed on', 'Because'];

const FACTS: readonly (readonly [name: string, fact: Fact])[] = [
  ['Iterations', ({ iteration, converged }) => `${count(iteration)}${converged ? ', converged' : ''}`],
  ['Iterations per second', (run) => rate(run, ({ perSecond }) => perSecond)],
  ['ms per iteration', ({ msPerIteration }) => (msPerIteration ? measured(msPerIteration) : NONE)],
  ['GB/s', (run) => rate(run, ({ gbps }) => gbps)],
  ['GFLOP/s', (run) => rate(run, ({ gflops }) => gflops)],
  ['Points', ({ nSamples, nFeatures }) => `${count(nSamples)} × ${nFeatures}`],
  ['Computed on', ({ backend, adapter }) => (backend === 'webgpu' ? `GPU: ${adapter}` : adapter)],
  ['Because', ({ reason }) => reason],
];

/** What is to be said of the runs in numbers, one column per run. */
export function FactsTable({ runs }: { readonly runs: readonly RunFacts[] }) {
  const inMemory: Fact = ({ deviceBytes }) => (deviceBytes === undefined ? 'none' : bytes(deviceBytes));
  const memory = ['Points and colours on the GPU', inMemory] as const;
  const facts = runs.some(({ deviceBytes }) => deviceBytes !== undefined) ? [...FACTS, memory] : FACTS;
  const objectives = new Set(runs.map(({ objective }) => objective));
  const value = [objectives.size === 1 ? nameOf(runs[0]!) : 'Value', valueIn(objectives.size > 1)] as const;
  return (
    <figure>
      <figcaption>Numbers</figcaption>
      <table class="numbers">
        {runs.length > 1 && (
          <thead>
            <tr>
              <th scope="col">
                <span class="visually-hidden">What</span>
              </th>
              {runs.map(({ label }) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {[value, ...facts].map(([name, fact]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <Cells runs={runs} fact={fact} isShared={SHARED.includes(name)} />
            </tr>
          ))}
        </tbody>
      </table>
      <p class="soft">GB/s and GFLOP/s count the least work that an iteration needs: every point read once.</p>
    </figure>
  );
}

function rate(run: RunFacts, of: (rates: NonNullable<ReturnType<typeof ratesOf>>) => number): string {
  const rates = ratesOf(run);
  return rates ? measured(of(rates)) : NONE;
}

interface CellsProps {
  readonly runs: readonly RunFacts[];
  readonly fact: Fact;
  readonly isShared: boolean;
}

function Cells({ runs, fact, isShared }: CellsProps) {
  const cells = runs.map(fact);
  if (isShared && cells.every((cell) => cell === cells[0])) return <td colSpan={runs.length}>{cells[0]}</td>;
  return (
    <>
      {runs.map(({ label }, i) => (
        <td key={label}>{cells[i]}</td>
      ))}
    </>
  );
}

function nameOf({ objective }: RunFacts): string {
  return objective === 'inertia' ? 'Inertia' : 'Log-likelihood';
}

/** The exact number is in `data-value`. */
function valueIn(named: boolean): Fact {
  return (run) => {
    const value = run.history.at(-1);
    if (value === undefined) return NONE;
    return (
      <>
        {named && `${nameOf(run)} `}
        <span class="charts-value" data-read={run.objective} data-value={value}>
          {total(value)}
        </span>
      </>
    );
  };
}
