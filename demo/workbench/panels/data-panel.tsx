import { useId } from 'preact/hooks';
import { GENERATED, MAX_POINTS, MIN_POINTS, SAMPLES } from '../../data/catalogue.ts';
import type { DataChoice, GeneratedId, SampleId } from '../../data/types.ts';
import { Select } from '../../shared/fields.tsx';
import { data, load, loadFile } from '../store.ts';
import { Columns } from './columns.tsx';

/** How many points a generated set starts with. */
const FIRST_N = 10_000;
const FILE = 'file';

function choiceOf(id: string, before: DataChoice): DataChoice {
  if (SAMPLES.some((sample) => sample.id === id)) return { kind: 'sample', id: id as SampleId };
  const { n, seed } = before.kind === 'generated' ? before : { n: FIRST_N, seed: 0 };
  return { kind: 'generated', id: id as GeneratedId, n, seed };
}

/** Where points come from, and which columns are taken. */
export function DataPanel() {
  const choice = data.value;
  const entry = [...SAMPLES, ...GENERATED].find(({ id }) => choice.kind !== FILE && id === choice.id);
  return (
    <section class="panel" aria-labelledby="data-title">
      <h2 id="data-title">Data</h2>
      <FileButton />
      <Select
        label="or a sample"
        name="data"
        value={choice.kind === FILE ? FILE : choice.id}
        options={[
          ...(choice.kind === FILE ? [[FILE, choice.file.name] as const] : []),
          ...[...SAMPLES, ...GENERATED].map(({ id, title }) => [id, title] as const),
        ]}
        onChange={(id) => id !== FILE && void load(choiceOf(id, choice))}
      />
      {entry && <p class="soft note">{entry.description}</p>}
      {choice.kind === 'generated' && <Amount choice={choice} />}
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

/** N on a logarithmic slider, in steps of a tenth of a decade, and another draw. */
function Amount({ choice }: { readonly choice: DataChoice & { kind: 'generated' } }) {
  const id = useId();
  const [low, high] = [Math.log10(MIN_POINTS), Math.log10(MAX_POINTS)];
  return (
    <div class="field">
      <label for={id}>
        Points: <output class="numbers">{choice.n.toLocaleString('en')}</output>
      </label>
      <input
        type="range"
        {...{ id, name: 'n', min: low, max: high, step: 0.1, value: Math.log10(choice.n) }}
        aria-valuetext={`${choice.n} points`}
        onChange={({ currentTarget }) => {
          const n = Number((10 ** currentTarget.valueAsNumber).toPrecision(1));
          void load({ ...choice, n });
        }}
      />
      <button type="button" onClick={() => void load({ ...choice, seed: choice.seed + 1 })}>
        Draw again
      </button>
    </div>
  );
}
