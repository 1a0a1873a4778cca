import type { LabTable, Preparation } from '../data/types.ts';
import type { ModelChoice, ViewChoice } from '../models/choices.ts';
import { LIMITS } from '../models/kinds.ts';

/** The columns that are wanted, as far as the table has them; else those that it suggests. */
export function preparationFor({ columns: all, suggested }: LabTable, wanted: Preparation | undefined): Preparation {
  const known = wanted?.columns.filter((name) => all.includes(name)) ?? [];
  const columns = known.length > 0 ? known : suggested;
  const { standardize = false, log = [] } = wanted ?? {};
  return { columns, standardize, log: log.filter((name) => columns.includes(name)) };
}

/** The same view of other points. */
export function fresh({ camera: _, isolated: _component, ...rest }: ViewChoice): ViewChoice {
  return rest;
}

/** What a view of D columns can show of what it is to show. */
export function viewFor(look: ViewChoice, D: number): ViewChoice {
  const { plane, pairs } = look;
  // Two of them differ. A view of one column shows it twice.
  const fits = plane === 'principal' ? D > 2 : plane.every((d) => d < D) && (plane[0] !== plane[1] || D === 1);
  return {
    ...look,
    plane: fits ? plane : [0, D > 1 ? 1 : 0],
    pairs: pairs && plane !== 'principal' && D > 2 && D <= LIMITS.paired,
  };
}

/** Models with as many components as a data set is known to have. */
export function modelsFor(models: readonly ModelChoice[], k: number): readonly ModelChoice[] {
  return models.map((model) => ({ ...model, k }));
}
