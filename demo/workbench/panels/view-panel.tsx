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

const change = (changed: Partial<ViewChoice>) => {
  view.value = { ...view.value, ...changed };
};

/** Shows other axes; where the camera was says nothing of them. */
const lookAt = (changed: Partial<ViewChoice>) => {
  const { camera: _, ...rest } = view.value;
  view.value = { ...rest, ...changed };
};

/** The two columns of the plane. */
function Axes({ plane, names }: { readonly plane: readonly [number, number]; readonly names: readonly string[] }) {
  const columns = names.map((name, d) => [`${d}`, name] as const);
  const turn = (axis: 0 | 1, column: number) => {
    // If the other axis has this column, the two change places.
    const other = plane[1 - axis] === column ? plane[axis]! : plane[1 - axis]!;
    lookAt({ plane: axis === 0 ? [column, other] : [other, column] });
  };
  return (
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
  );
}

/** What the picture shows of the points. */
export function ViewPanel() {
  const names = prepared.value?.points.featureNames ?? [];
  const D = names.length;
  const { plane, color, contours, pairs } = view.value;
  const flat = withoutContours(D, pairs);
  return (
    <section class="panel" aria-labelledby="view-title">
      <h2 id="view-title">View</h2>
      <div class="fields">
        <Select
          {...{ label: 'Colour points by', name: 'color', value: color, options: COLORS }}
          onChange={(value) => change({ color: value })}
        />
        {D > 2 && plane !== 'principal' && !pairs && <Axes plane={plane} names={names} />}
      </div>
      {D > 2 && (
        <Check
          {...{ name: 'principal', checked: plane === 'principal' }}
          onChange={(on) => lookAt({ plane: on ? 'principal' : [0, 1], pairs: false })}
        >
          Principal axes
        </Check>
      )}
      {D > 2 && D <= LIMITS.paired && (
        <Check
          {...{ name: 'pairs', checked: pairs }}
          onChange={(on) => lookAt({ plane: plane === 'principal' ? [0, 1] : plane, pairs: on })}
        >
          All pairs of columns
        </Check>
      )}
      <Check
        {...{ name: 'contours', checked: contours && !flat, disabled: flat !== undefined }}
        onChange={(on) => change({ contours: on })}
      >
        Density contours{flat && <span class="soft"> ({flat})</span>}
      </Check>
    </section>
  );
}
