import type { Signal } from '@preact/signals';
import type { ViewChoice } from '../models/choices.ts';
import { percent } from '../shared/format.ts';
import { colorOf } from '../shared/palette.ts';
import { scheme } from '../shared/scheme.ts';
import { centersOf, isMixture, type ViewModel } from './ellipse.ts';
import { rampFor } from './tone.ts';

/** The choice with a component isolated, or none where it already was. */
export function isolate({ isolated, ...choice }: ViewChoice, k: number): ViewChoice {
  return isolated === k ? choice : { ...choice, isolated: k };
}

interface Props {
  readonly model: ViewModel | undefined;
  readonly choice: Signal<ViewChoice>;
  /** Sentences about what is drawn, or is not. */
  readonly notes: readonly string[];
}

/** What the colours mean, and a button for each component that isolates it. */
export function Legend({ model, choice, notes }: Props) {
  const { color, isolated } = choice.value;
  return (
    <div class="pv-legend">
      {model && (
        <ul class="pv-chips" aria-label="Components">
          {entriesOf(model).map(({ k, kind, name, weight }) => (
            <li key={k}>
              <button
                type="button"
                aria-pressed={isolated === k}
                data-component={k}
                onClick={() => {
                  choice.value = isolate(choice.value, k);
                }}
              >
                <span class="pv-swatch" style={{ background: colorOf(k) }} />
                <span class="visually-hidden">{kind} </span>
                {name} {weight !== undefined && <span class="soft numbers">{percent(weight)}</span>}
              </button>
            </li>
          ))}
        </ul>
      )}
      {color === 'uncertainty' && <Ramp />}
      {notes.map((note) => (
        <p key={note} class="soft">
          {note}
        </p>
      ))}
    </div>
  );
}

function Ramp() {
  const stops = rampFor(scheme.value).map((rgb) => `rgb(${rgb.map((part) => Math.round(255 * part)).join(' ')})`);
  return (
    <p class="pv-ramp soft">
      sure <span style={{ background: `linear-gradient(to right, ${stops.join(', ')})` }} /> undecided
    </p>
  );
}

function entriesOf(model: ViewModel) {
  const [kind, weights] = isMixture(model) ? ['Component', model.weights] : ['Cluster', undefined];
  const entries = centersOf(model).map((_, k) => ({ k, kind, name: `${k}`, weight: weights?.[k] }));
  const noise = isMixture(model) ? model.noise : undefined;
  return noise ? [...entries, { k: entries.length, kind: '', name: 'noise', weight: noise.weight }] : entries;
}
