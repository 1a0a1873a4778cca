import { useState } from 'preact/hooks';
import type { Preparation } from '../../data/types.ts';
import { LIMITS } from '../../models/kinds.ts';
import { Check } from '../../shared/fields.tsx';
import { preparation, prepare, prepared, table } from '../store.ts';

/** From so many columns on one looks for them by their names. */
const MANY = 16;

/** As it is by then: several may be changed before this is shown again. */
const change = (changed: Partial<Preparation>) => void prepare({ ...preparation.value!, ...changed });

function take(name: string, on: boolean) {
  const { columns, log } = preparation.value!;
  const wanted = table.value!.columns.filter((column) => (column === name ? on : columns.includes(column)));
  if (wanted.length === 0 || wanted.length > LIMITS.features) return;
  change({ columns: wanted, log: log.filter((column) => wanted.includes(column)) });
}

function takeLogarithm(name: string, on: boolean) {
  const others = preparation.value!.log.filter((column) => column !== name);
  change({ log: on ? [...others, name] : others });
}

/** A column of the table: whether it is taken, and its logarithm. */
function Column({ name, chosen: { columns, log } }: { readonly name: string; readonly chosen: Preparation }) {
  const isTaken = columns.includes(name);
  return (
    <li>
      <Check
        {...{ name: `column-${name}`, checked: isTaken }}
        disabled={isTaken ? columns.length === 1 : columns.length >= LIMITS.features}
        onChange={(on) => take(name, on)}
      >
        {name}
      </Check>
      {isTaken && (
        <Check name={`log-${name}`} checked={log.includes(name)} onChange={(on) => takeLogarithm(name, on)}>
          log<span class="visually-hidden"> of {name}</span>
        </Check>
      )}
    </li>
  );
}

/** How many points there are, and how many rows are none. */
function Rows({ hasLogarithms }: { readonly hasLogarithms: boolean }) {
  const { data, nFeatures } = prepared.value?.points ?? { data: [], nFeatures: 1 };
  const rows = data.length / nFeatures;
  const dropped = prepared.value?.nDropped ?? 0;
  return (
    <p class="soft note numbers" data-read="rows" data-value={rows}>
      {rows.toLocaleString('en')} points
      {dropped > 0 &&
        `, ${dropped.toLocaleString('en')} ${dropped === 1 ? 'row' : 'rows'} with ${hasLogarithms ? 'gaps, or without a logarithm,' : 'gaps'} left out`}
    </p>
  );
}

/** Which columns are taken, and what is done to them first. */
export function Columns() {
  const [sought, seek] = useState('');
  const [found, chosen] = [table.value, preparation.value];
  if (!found || !chosen) return null;
  const many = found.columns.length >= MANY;
  const isSought = (name: string) => !many || name.toLowerCase().includes(sought.trim().toLowerCase());
  return (
    <>
      <fieldset class="columns">
        <legend>Columns</legend>
        {many && (
          <input
            {...{ type: 'search', name: 'sought', value: sought, placeholder: `find among ${found.columns.length}` }}
            aria-label="Find columns by name"
            onInput={(event) => seek(event.currentTarget.value)}
          />
        )}
        <ul>
          {found.columns.filter(isSought).map((name) => (
            <Column key={name} {...{ name, chosen }} />
          ))}
        </ul>
      </fieldset>
      <Check name="standardize" checked={chosen.standardize} onChange={(on) => change({ standardize: on })}>
        Standardize
      </Check>
      <Rows hasLogarithms={chosen.log.length > 0} />
    </>
  );
}
