import './take-away.css';
import type { HostPoints } from 'emgpu';
import type { LabState, ModelChoice } from '../models/choices.ts';
import { titleOf } from '../models/title.ts';
import type { WriteCall } from './blocks.ts';
import { download } from './download.ts';
import type { SnippetFacts } from './estimator-code.ts';
import { pointsFile, stemOf } from './file-names.ts';
import { labelsCsv, type Responsibilities } from './labels.ts';
import { labelsParquet } from './labels-parquet.ts';
import { modelFile } from './model-file.ts';
import { type Picture, type Pictures, pngOf, svgOf } from './picture.ts';
import { pointsCsv } from './points-csv.ts';
import { RepeatIt } from './repeat-it.tsx';
import { useTask } from './task.ts';

/** What there is to take away, asked for when a button is pressed. */
export interface TakeAwayProps {
  readonly labels: () => Promise<Uint32Array>;
  /** Absent for k-means, which has none. */
  readonly responsibilities?: (() => Promise<Responsibilities>) | undefined;
  readonly model: () => { toJSON(): unknown } | undefined;
  readonly picture: () => Picture | Pictures | undefined;
  /** The points that were fitted; without it there is no button for them. */
  readonly points?: (() => HostPoints | undefined) | undefined;
  readonly state: () => LabState;
  /** Of models side by side the one that is taken: code and names of files are of it. Absent where there is one alone. */
  readonly choice?: ModelChoice | undefined;
  /** What the code for Node needs besides the state. */
  readonly facts: SnippetFacts;
  /** What the data are called; files are named after it. */
  readonly name: string;
  readonly rowNumbers?: Uint32Array | undefined;
  /** There is no model yet, or it is changing. */
  readonly disabled: boolean;
  /** Tells the visitor what happened, in one sentence. */
  readonly say: (message: string) => void;
}

/** A file that a button saves. */
interface Saving {
  /** What follows the row's name on the button: `CSV`. */
  readonly format: string;
  readonly file: string;
  readonly make: (call: WriteCall) => Promise<Blob> | Blob;
}

/** Buttons for everything that can leave the Lab: labels, responsibilities, model, picture, points, link and code. */
export function TakeAway(props: TakeAwayProps) {
  const { disabled, say, state, choice, facts, name } = props;
  const { running, run } = useTask(say);
  const save = (what: string, { file, make }: Saving) =>
    run(what, async (call) => {
      download(file, await make(call));
      return `Saved ${file}.`;
    });
  return (
    <section class="takeaway" aria-label="Take away">
      {rowsOf(props).map(({ what, files }) => (
        <div key={what} class="takeaway-row">
          <span aria-hidden="true">{what}</span>
          <div class="takeaway-buttons">
            {files.map((file) => (
              <button
                key={file.format}
                type="button"
                disabled={disabled || running.value !== undefined}
                onClick={() => save(`${what} ${file.format}`, file)}
              >
                <span class="visually-hidden">{what} </span>
                {file.format}
              </button>
            ))}
          </div>
        </div>
      ))}
      {isTransformed(state()) && <p class="soft note">{FOR_PREPARED}</p>}
      {running.value && (
        <div class="takeaway-progress">
          <progress
            {...(running.value.fraction !== undefined && { value: running.value.fraction })}
            aria-label={running.value.what}
          />
          <button type="button" onClick={running.value.stop}>
            Stop
          </button>
        </div>
      )}
      <RepeatIt {...{ state, choice, facts, name, say }} />
    </section>
  );
}

function rowsOf(props: TakeAwayProps): { readonly what: string; readonly files: readonly Saving[] }[] {
  const { points, responsibilities, name } = props;
  const stem = [name, ...titleIn(props)].map(stemOf).join('-');
  const table = async (withShares: boolean) => ({
    labels: await props.labels(),
    rowNumbers: props.rowNumbers,
    ...(withShares && { responsibilities: await responsibilities!() }),
  });
  const tables = (what: string, withShares: boolean): Saving[] => [
    { format: 'CSV', file: `${stem}-${what}.csv`, make: async (call) => labelsCsv(await table(withShares), call) },
    {
      format: 'Parquet',
      file: `${stem}-${what}.parquet`,
      make: async (call) => labelsParquet(await table(withShares), call),
    },
  ];
  const picture = () => present(props.picture(), 'there is no picture yet.');
  return [
    { what: 'Labels', files: tables('labels', false) },
    ...(responsibilities ? [{ what: 'Responsibilities', files: tables('responsibilities', true) }] : []),
    {
      what: 'Model',
      files: [{ format: 'JSON', file: `${stem}-model.json`, make: () => modelFile(present(props.model(), NO_MODEL)) }],
    },
    ...(points ? [{ what: 'Points', files: [pointsSaving(name, points)] }] : []),
    {
      what: 'View',
      files: [
        { format: 'PNG', file: `${stem}.png`, make: () => pngOf(picture(), Math.max(2, devicePixelRatio)) },
        { format: 'SVG', file: `${stem}.svg`, make: () => svgOf(picture()) },
      ],
    },
  ];
}

const FOR_PREPARED =
  'The model file is for the points as prepared here, with logarithms taken or columns standardized, which Points CSV saves; it is not for the raw file.';

function isTransformed({ preparation }: LabState): boolean {
  return preparation !== undefined && (preparation.standardize || preparation.log.length > 0);
}

const NO_MODEL = 'there is no model yet.';

/** What tells the files of models side by side apart. */
function titleIn({ choice, state }: TakeAwayProps): string[] {
  return choice ? [titleOf(choice, state().models)] : [];
}

/** The code reads the points from this file unless they are a visitor's own. */
function pointsSaving(name: string, points: () => HostPoints | undefined): Saving {
  return {
    format: 'CSV',
    file: pointsFile(name),
    make: (call) => pointsCsv(present(points(), 'there are no points yet.'), call),
  };
}

function present<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw new Error(otherwise);
  return value;
}
