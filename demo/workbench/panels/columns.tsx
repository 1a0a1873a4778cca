import { useState } from 'preact/hooks';
import type { Preparation } from '../../data/types.ts';
import { LIMITS } from '../../models/kinds.ts';
import { Check } from '../../shared/fields.tsx';
import { preparation, prepare, prepared, table } from '../store.ts';

/** From so many columns on one looks for them by their names. */
const MANY = 16;

/** Which columns are taken, and what is done to them first. */
export function Columns() {
  const [sought, seek] = useState('');
  const [found, chosen] = [table.value, preparation.value];
  if (!found || !chosen) return null;
  const { columns, log, standardize } = chosen;
  // As it is by then: several may be changed before this is shown again.
  const change = (change: Partial<Preparation>) => void prepare({ ...preparation.value!, ...change });
  const toggle = (name: string, on: boolean) => {
    const { columns, log } = preparation.value!;
    const wanted = found.columns.filter((column) => (column === name ? on : columns.includes(column)));
    if (wanted.length === 0 || wanted.length > LIMITS.features) return;
    change({ columns: wanted, log: log.filter((column) => wanted.includes(column)) });
  };
  const logarithm = (name: string, on: boolean) => {
    const others = preparation.value!.log.filter((column) => column !== name);
    change({ log: on ? [...others, name] : others });
  };
  const many = found.columns.length >= MANY;
  const isSought = (name: string) => !many || name.toLowerCase().includes(sought.trim().toLowerCase());
  const { data, nFeatures } = prepared.value?.points ?? { data: [], nFeatures: 1 };
  const rows = data.length / nFeatures;
  const dropped = prepared.value?.nDropped ?? 0;
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
            <li key={name}>
              <Check
                name={`column-${name}`}
                checked={columns.includes(name)}
                disabled={columns.includes(name) ? columns.length === 1 : columns.length >= LIMITS.features}
                onChange={(on) => toggle(name, on)}
              >
                {name}
              </Check>
              {columns.includes(name) && (
                <Check name={`log-${name}`} checked={log.includes(name)} onChange={(on) => logarithm(name, on)}>
                  log<span class="visually-hidden"> of {name}</span>
                </Check>
              )}
            </li>
          ))}
        </ul>
      </fieldset>
      <Check name="standardize" checked={standardize} onChange={(on) => change({ standardize: on })}>
        Standardize
      </Check>
      <p class="soft note numbers" data-read="rows" data-value={rows}>
        {rows.toLocaleString('en')} points
        {dropped > 0 &&
          `, ${dropped.toLocaleString('en')} ${dropped === 1 ? 'row' : 'rows'} with ${log.length > 0 ? 'gaps, or without a logarithm,' : 'gaps'} left out`}
      </p>
    </>
  );
}
