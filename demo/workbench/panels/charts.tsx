import { Charts, type RunFacts } from '../../charts/charts.tsx';
import { titleOf } from '../../models/title.ts';
import type { Session } from '../session.ts';
import { clock, models, prepared, sessions } from '../store.ts';
import { say } from './saying.ts';

function factsOf(session: Session): RunFacts {
  const { choice, points, model, fit, resident, colors } = session;
  const { nFeatures } = points;
  const onDevice = resident.value?.windows.reduce((bytes, { buffer }) => bytes + buffer.size, 0);
  const { values } = colors.value;
  return {
    ...{ label: titleOf(choice, models.value), objective: session.objective, history: session.history.value },
    ...{ iteration: session.iteration.value, converged: fit.value?.converged ?? false },
    ...{ msPerIteration: session.msPerIteration.value, nSamples: points.data.length / nFeatures, nFeatures },
    ...{ k: choice.k, kind: choice.kind, ...session.backend },
    ...(model.value && 'weights' in model.value && { weights: model.value.weights }),
    ...(onDevice !== undefined && { deviceBytes: onDevice + (values && 'size' in values ? values.size : 0) }),
  };
}

/** The course of the fits, and how fast they are. */
export function ChartsPanel() {
  const [first] = sessions.value;
  return (
    <section class="results" aria-label="Charts and numbers">
      <Charts
        runs={sessions.value.map(factsOf)}
        bic={() => prepared.value && first && { points: prepared.value.points, choice: first.choice }}
        points={prepared.value?.points}
        disabled={!first || clock.running.value}
        say={say}
      />
    </section>
  );
}
