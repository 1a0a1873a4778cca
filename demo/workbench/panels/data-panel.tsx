import { useEffect, useId, useState } from 'preact/hooks';
import { AMOUNTS, nearestAmount } from '../../data/amounts.ts';
import { GENERATED, SAMPLES } from '../../data/catalogue.ts';
import type { DataChoice, GeneratedId, SampleId } from '../../data/types.ts';
import { Select } from '../../shared/fields.tsx';
import { awaited, data, load, loadFile, models, table, view } from '../store.ts';
import { fresh, modelsFor } from '../suiting.ts';
import { Columns } from './columns.tsx';

/** How many points a generated set starts with. */
const FIRST_N = 10_000;
const FILE = 'file';
const AWAITED = 'awaited';

function choiceOf(id: string, before: DataChoice): DataChoice {
  if (SAMPLES.some((sample) => sample.id === id)) return { kind: 'sample', id: id as SampleId };
  const { n, seed } = before.kind === 'generated' ? before : { n: FIRST_N, seed: 0 };
  return { kind: 'generated', id: id as GeneratedId, n, seed };
}

/** Loads a sample, with as many components as it has groups. */
function take(id: string, before: DataChoice): void {
  const { k } = [...SAMPLES, ...GENERATED].find((entry) => entry.id === id)!;
  void load(choiceOf(id, before), {
    ...{ preparation: undefined, models: modelsFor(models.value, k), view: fresh(view.value) },
  });
}

/** Where points come from, and which columns are taken. */
export function DataPanel() {
  const choice = data.value;
  // As long as there is nothing else.
  const name = table.value ? undefined : awaited.value?.name;
  const entry = [...SAMPLES, ...GENERATED].find(({ id }) => !name && choice.kind !== FILE && id === choice.id);
  return (
    <section class="panel" aria-labelledby="data-title">
      <h2 id="data-title">Data</h2>
      <FileButton />
      <Select
        label="or a sample"
        name="data"
        value={name ? AWAITED : choice.kind === FILE ? FILE : choice.id}
        options={[
          ...(name ? [[AWAITED, `${name}, not chosen yet`] as const] : []),
          ...(choice.kind === FILE ? [[FILE, choice.file.name] as const] : []),
          ...[...SAMPLES, ...GENERATED].map(({ id, title }) => [id, title] as const),
        ]}
        onChange={(id) => id !== FILE && id !== AWAITED && take(id, choice)}
      />
      {entry && <p class="soft note">{entry.description}</p>}
      {!name && choice.kind === 'generated' && <Amount choice={choice} />}
      <Columns />
    </section>
  );
}

function FileButton() {
  const id = useId();
  return (
    <div class="file">
      <label class="button" for={id}>
        Choose a file
      </label>
      <input
        id={id}
        class="visually-hidden"
        type="file"
        name="file"
        accept=".csv,.tsv,.txt,.parquet,.arrow,.feather,.ipc,.npy"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          if (file) void loadFile(file);
          // The same file can be chosen again, once it was mended.
          currentTarget.value = '';
        }}
      />
      <span class="soft note">or drop one here: CSV, TSV, Parquet, Arrow, NPY. It stays on this machine.</span>
    </div>
  );
}

/** N on a slider whose steps are of about equal ratio, and another draw. */
function Amount({ choice }: { readonly choice: DataChoice & { kind: 'generated' } }) {
  const id = useId();
  const [index, setIndex] = useState(nearestAmount(choice.n));
  useEffect(() => setIndex(nearestAmount(choice.n)), [choice.n]);
  const n = index === nearestAmount(choice.n) ? choice.n : AMOUNTS[index]!;
  return (
    <div class="field">
      <label for={id}>
        Points: <output class="numbers">{n.toLocaleString('en')}</output>
      </label>
      <input
        type="range"
        {...{ id, name: 'n', min: 0, max: AMOUNTS.length - 1, step: 1, value: index }}
        aria-valuetext={`${n} points`}
        onInput={({ currentTarget }) => setIndex(currentTarget.valueAsNumber)}
        onChange={({ currentTarget }) => void load({ ...choice, n: AMOUNTS[currentTarget.valueAsNumber]! })}
      />
      <button type="button" onClick={() => void load({ ...choice, seed: choice.seed + 1 })}>
        Draw again
      </button>
    </div>
  );
}
