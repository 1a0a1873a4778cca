import { useSignal } from '@preact/signals';
import { stiffnessOf } from '../../models/estimator.ts';
import { ChooseModel, firstMixture } from '../../takeaway/choose-model.tsx';
import { TakeAway } from '../../takeaway/take-away-panel.tsx';
import { clock, models, prepared, sessions, state, status, table } from '../store.ts';
import { said, say } from './saying.ts';
import { shown } from './views.tsx';

/** What can leave the page. Of two models side by side one does, which the visitor chooses. */
export function TakeAwayPanel() {
  const chosen = useSignal<number | undefined>(undefined);
  const all = models.value;
  const taken = Math.min(chosen.value ?? firstMixture(all), all.length - 1);
  const session = sessions.value[taken];
  const responsibilities = session?.responsibilities;
  return (
    <section class="panel" aria-labelledby="take-title">
      <h2 id="take-title">Take away</h2>
      <ChooseModel models={all} taken={taken} onChange={(index) => (chosen.value = index)} />
      <TakeAway
        labels={() => session!.labels()}
        responsibilities={
          responsibilities && (async () => ({ data: await responsibilities(), nComponents: session!.choice.k }))
        }
        model={() => session?.model.value}
        picture={() => shown[taken]!.current ?? undefined}
        points={() => prepared.value?.points}
        state={() => state.value}
        choice={all.length > 1 ? all[taken] : undefined}
        facts={{ stiffness: (model) => stiffnessOf(model, prepared.value!.points) }}
        name={table.value?.name ?? 'points'}
        rowNumbers={prepared.value?.rowNumbers}
        disabled={!session || clock.running.value || status.value.kind === 'busy'}
        say={say}
      />
      <p role="status" class="note">
        {said.value}
      </p>
    </section>
  );
}
