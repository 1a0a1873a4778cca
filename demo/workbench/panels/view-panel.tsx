import type { ViewChoice } from '../../models/choices.ts';
import { LIMITS } from '../../models/kinds.ts';
import { Check, Select } from '../../shared/fields.tsx';
import { models, prepared, view } from '../store.ts';

const COLORS: readonly (readonly [ViewChoice['color'], string])[] = [
  ['responsibility', 'responsibility'],
  ['uncertainty', 'uncertainty (entropy)'],
  ['plain', 'not at all'],
];

/** Why there can be no contours; undefined where there can. */
function withoutContours(D: number, pairs: boolean): string | undefined {
  if (models.value.every(({ kind }) => kind === 'k-means')) return 'k-means has no density';
  if (pairs) return 'not of all pairs at once';
  return D === 1 ? 'one column has no plane' : undefined;
}

/** What the picture shows of the points. */
export function ViewPanel() {
  const names = prepared.value?.points.featureNames ?? [];
  const D = names.length;
  const { plane, color, contours, pairs } = view.value;
  const set = (change: Partial<ViewChoice>) => {
    view.value = { ...view.value, ...change };
  };
  const turn = (axis: 0 | 1, column: number) => {
    const [across, up] = plane as readonly [number, number];
    // The column of the other axis changes places with this one's.
    const other = [up, across][axis] === column ? [across, up][axis]! : [up, across][axis]!;
    const { camera: _, ...rest } = view.value;
    view.value = { ...rest, plane: axis === 0 ? [column, other] : [other, column] };
  };
  const flat = withoutContours(D, pairs);
  const columns = names.map((name, d) => [`${d}`, name] as const);
  return (
    <section class="panel" aria-labelledby="view-title">
      <h2 id="view-title">View</h2>
      <div class="fields">
        <Select
          {...{ label: 'Colour points by', name: 'color', value: color, options: COLORS }}
          onChange={(value) => set({ color: value })}
        />
        {D > 2 && plane !== 'principal' && !pairs && (
          <>
            <Select
              {...{ label: 'Across', name: 'x', value: `${plane[0]}`, options: columns }}
              onChange={(d) => turn(0, Number(d))}
            />
            <Select
              {...{ label: 'Up', name: 'y', value: `${plane[1]}`, options: columns }}
              onChange={(d) => turn(1, Number(d))}
            />
          </>
        )}
      </div>
      {D > 2 && (
        <Check
          name="principal"
          checked={plane === 'principal'}
          onChange={(on) => {
            const { camera: _, ...rest } = view.value;
            view.value = { ...rest, plane: on ? 'principal' : [0, 1], pairs: false };
          }}
        >
          Principal axes
        </Check>
      )}
      {D > 2 && D <= LIMITS.paired && (
        <Check
          name="pairs"
          checked={pairs}
          onChange={(on) => {
            const { camera: _, ...rest } = view.value;
            view.value = { ...rest, plane: plane === 'principal' ? [0, 1] : plane, pairs: on };
          }}
        >
          All pairs of columns
        </Check>
      )}
      <Check
        {...{ name: 'contours', checked: contours && !flat, disabled: flat !== undefined }}
        onChange={(on) => set({ contours: on })}
      >
        Density contours{flat && <span class="soft"> ({flat})</span>}
      </Check>
    </section>
  );
}
