import './take-away.css';
import type { HostPoints } from 'emgpu';
import type { LabState } from '../models/choices.ts';
import type { WriteCall } from './blocks.ts';
import { download } from './download.ts';
import type { SnippetFacts } from './estimator-code.ts';
import { sourceFile, stemOf } from './file-names.ts';
import { labelsCsv, type Responsibilities } from './labels.ts';
import { labelsParquet } from './labels-parquet.ts';
import { modelFile } from './model-file.ts';
import { type Picture, pngOf, svgOf } from './picture.ts';
import { pointsCsv } from './points-csv.ts';
import { RepeatIt } from './repeat-it.tsx';
import { useTask } from './task.ts';

/** What there is to take away, asked for when a button is pressed. */
export interface TakeAwayProps {
  readonly labels: () => Promise<Uint32Array>;
  /** Absent for k-means, which has none. */
  readonly responsibilities?: (() => Promise<Responsibilities>) | undefined;
  readonly model: () => { toJSON(): unknown } | undefined;
  readonly picture: () => Picture | undefined;
  /** The points that were fitted; without it there is no button for them. */
  readonly points?: (() => HostPoints | undefined) | undefined;
  readonly state: () => LabState;
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
  const { disabled, say, state, facts } = props;
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
          <span class="takeaway-what" aria-hidden="true">
            {what}
          </span>
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
      ))}
      {isTransformed(state()) && <p class="soft note">{FOR_PREPARED}</p>}
      {running.value && (
        <div class="takeaway-row">
          <progress
            {...(running.value.fraction !== undefined && { value: running.value.fraction })}
            aria-label={running.value.what}
          />
          <button type="button" onClick={running.value.stop}>
            Stop
          </button>
        </div>
      )}
      <RepeatIt state={state} facts={facts} say={say} />
    </section>
  );
}

function rowsOf(props: TakeAwayProps): { readonly what: string; readonly files: readonly Saving[] }[] {
  const stem = stemOf(props.name);
  const { points, responsibilities } = props;
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
  const picture = () => present(props.picture(), 'only one view can be saved: take one pair of columns.');
  return [
    { what: 'Labels', files: tables('labels', false) },
    ...(responsibilities ? [{ what: 'Responsibilities', files: tables('responsibilities', true) }] : []),
    {
      what: 'Model',
      files: [{ format: 'JSON', file: `${stem}-model.json`, make: () => modelFile(present(props.model(), NO_MODEL)) }],
    },
    ...(points ? [{ what: 'Points', files: [pointsFile(props.state(), stem, points)] }] : []),
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

/** The code reads generated points from this file, so it has the name that is written there. */
function pointsFile({ data }: LabState, stem: string, points: () => HostPoints | undefined): Saving {
  return {
    format: 'CSV',
    file: data.kind === 'generated' ? sourceFile(data) : `${stem}-points.csv`,
    make: (call) => pointsCsv(present(points(), 'there are no points yet.'), call),
  };
}

function present<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw new Error(otherwise);
  return value;
}
