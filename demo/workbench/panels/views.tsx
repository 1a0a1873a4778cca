import { titleOf } from '../../models/title.ts';
import type { PairsHandle, ViewHandle } from '../../view/lent.ts';
import { PairPlot } from '../../view/pair-plot.tsx';
import { PointsView } from '../../view/points-view.tsx';
import type { Session } from '../session.ts';
import { fail, models, prepared, reset, sessions, view } from '../store.ts';

/** The pictures of the model on the left and of the one on the right, for the take-away. */
export const shown: readonly { current: ViewHandle | PairsHandle | null }[] = [{ current: null }, { current: null }];

/** The points under each model. */
export function Views() {
  if (!prepared.value) return <div class="views empty" />;
  return (
    <div class={`views of-${sessions.value.length}`}>
      {sessions.value.map((session, i) => (
        <View key={session.id} session={session} handle={shown[i]!} />
      ))}
    </div>
  );
}

function View({ session, handle }: { readonly session: Session; readonly handle: (typeof shown)[number] }) {
  const { values, version } = session.colors.value;
  const title = titleOf(session.choice, models.value);
  const props = {
    ...{ points: session.points, resident: session.resident.value, colors: values, colorsVersion: version },
    ...{ model: session.model.value, choice: view, rowNumbers: prepared.value?.rowNumbers },
    label: `Points under ${title}`,
    onError: (message: string) => fail(new Error(message), reset),
    handle,
  };
  return (
    <figure class="view">
      {models.value.length > 1 && <figcaption>{title}</figcaption>}
      {view.value.pairs ? <PairPlot {...props} /> : <PointsView {...props} />}
    </figure>
  );
}
