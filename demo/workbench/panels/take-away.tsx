import { stiffnessOf } from '../../models/estimator.ts';
import { TakeAway } from '../../takeaway/take-away-panel.tsx';
import { clock, models, prepared, sessions, state, status, table } from '../store.ts';
import { said, say } from './saying.ts';
import { shown } from './views.tsx';

/** What can leave the page. Of two models side by side the left one does. */
export function TakeAwayPanel() {
  const [first] = sessions.value;
  const responsibilities = first?.responsibilities;
  return (
    <section class="panel" aria-labelledby="take-title">
      <h2 id="take-title">Take away{models.value.length > 1 && ' (model on the left)'}</h2>
      <TakeAway
        labels={() => first!.labels()}
        responsibilities={
          responsibilities && (async () => ({ data: await responsibilities(), nComponents: first!.choice.k }))
        }
        model={() => first?.model.value}
        picture={() => (state.value.view.pairs ? undefined : (shown.current ?? undefined))}
        points={() => prepared.value?.points}
        state={() => state.value}
        facts={{ stiffness: (model) => stiffnessOf(model, prepared.value!.points) }}
        name={table.value?.name ?? 'points'}
        rowNumbers={prepared.value?.rowNumbers}
        disabled={!first || clock.running.value || status.value.kind === 'busy'}
        say={say}
      />
      <p role="status" class="note">
        {said.value}
      </p>
    </section>
  );
}
