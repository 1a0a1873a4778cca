import { Charts, type RunFacts } from '../../charts/charts.tsx';
import { titleOf } from '../../models/title.ts';
import { firstMixture } from '../../takeaway/choose-model.tsx';
import type { Session } from '../session.ts';
import { clock, models, prepared, sessions } from '../store.ts';

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
  const choice = models.value[firstMixture(models.value)]!;
  return (
    <section class="results" aria-label="Charts and numbers">
      <Charts
        runs={sessions.value.map(factsOf)}
        bic={prepared.value && { points: prepared.value.points, choice }}
        points={prepared.value?.points}
        disabled={sessions.value.length === 0 || clock.running.value}
      />
    </section>
  );
}
