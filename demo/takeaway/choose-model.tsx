import type { ModelChoice } from '../models/choices.ts';
import { titleOf } from '../models/title.ts';
import { Select } from '../shared/fields.tsx';

interface Props {
  readonly models: readonly ModelChoice[];
  /** Index of the one that is taken. */
  readonly taken: number;
  readonly onChange: (taken: number) => void;
}

const SIDES = ['Left', 'Right'] as const;

/** The choice between models side by side, of which one is taken away; nothing where there is one alone. */
export function ChooseModel({ models, taken, onChange }: Props) {
  if (models.length < 2) return null;
  const options = models.map((model, i) => [`${i}`, `${SIDES[i]}: ${titleOf(model, models)}`] as const);
  return (
    <Select
      {...{ label: 'Model', name: 'taken', value: `${taken}`, options }}
      onChange={(index) => onChange(Number(index))}
    />
  );
}

/** Where in the list the first model is that has responsibilities and a likelihood; the first of all where none has. */
export function firstMixture(models: readonly ModelChoice[]): number {
  return Math.max(
    0,
    models.findIndex(({ kind }) => kind !== 'k-means'),
  );
}
