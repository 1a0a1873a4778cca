import type { ModelChoice } from '../../models/choices.ts';
import { DEFAULT_SOFTNESS } from '../../models/estimator.ts';
import { BACKENDS, KINDS, LIMITS, startsFor, withKind } from '../../models/kinds.ts';
import { NumberField, Select } from '../../shared/fields.tsx';

interface Props {
  readonly title: string;
  /** Tells the fields of two forms apart. */
  readonly name: string;
  readonly choice: ModelChoice;
  readonly onChange: (choice: ModelChoice) => void;
}

/** Everything that can be said about a model before it is fitted. */
export function ModelForm({ title, name, choice, onChange }: Props) {
  const { kind, k, seed, softness = DEFAULT_SOFTNESS } = choice;
  const set = (change: Partial<ModelChoice>) => onChange({ ...choice, ...change });
  const [least, most] = LIMITS.softness;
  return (
    <section class="panel" aria-labelledby={`${name}-title`}>
      <h2 id={`${name}-title`}>{title}</h2>
      <div class="fields">
        <Select
          {...{ label: 'Kind', name, value: kind, options: KINDS }}
          onChange={(value) => onChange(withKind(choice, value))}
        />
        <NumberField
          {...{ label: 'Components K', name: `${name}-k`, value: k, min: 1, max: LIMITS.components }}
          onChange={(value) => set({ k: value })}
        />
        {kind === 'soft-k-means' && (
          <NumberField
            {...{ label: 'Softness σ', name: `${name}-softness`, value: softness, min: least, max: most, step: 'any' }}
            onChange={(value) => set({ softness: value })}
          />
        )}
        <NumberField
          {...{ label: 'Seed', name: `${name}-seed`, value: seed, min: 0, max: LIMITS.seed }}
          onChange={(value) => set({ seed: value })}
        />
      </div>
      <More {...{ name, choice, set }} />
    </section>
  );
}

/** What is rarely changed, folded away. */
function More({ name, choice, set }: Pick<Props, 'name' | 'choice'> & { set(change: Partial<ModelChoice>): void }) {
  const { kind, init, tol, restarts, backend } = choice;
  return (
    <details>
      <summary>More</summary>
      <p class="soft note">
        The same seed gives the same start. An iteration that leaves less than the tolerance to gain per point is the
        last.
      </p>
      <div class="fields">
        <Select
          {...{ label: 'Start', name: `${name}-init`, value: init, options: startsFor(kind) }}
          onChange={(value) => set({ init: value })}
        />
        <NumberField
          {...{ label: 'Starts to try', name: `${name}-restarts`, value: restarts, min: 1, max: LIMITS.restarts }}
          onChange={(value) => set({ restarts: value })}
        />
        <NumberField
          {...{ label: 'Tolerance', name: `${name}-tol`, value: tol, min: 0, max: 1, step: 'any' }}
          onChange={(value) => set({ tol: value })}
        />
        <Select
          {...{ label: 'Compute on', name: `${name}-backend`, value: backend, options: BACKENDS }}
          onChange={(value) => set({ backend: value })}
        />
      </div>
    </details>
  );
}
