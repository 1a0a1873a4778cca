import { GaussianMixture, MixtureModel, type MixtureParts } from 'emgpu';
import { useMemo, useState } from 'preact/hooks';
import { colorOf } from '../shared/palette.ts';
import {
  blend,
  covarianceOf,
  Ellipse,
  Handle,
  ON_CPU,
  Plane,
  Reading,
  toPoints,
  toRows,
  useEngine,
} from './kit/index.ts';
import { PointButtons } from './kit/point-buttons.tsx';

const NAMES = ['blue', 'gold'];
const COLORS = NAMES.map((_, k) => colorOf(k));
/** A group of fewer points has no ellipse. */
const FEWEST = 3;

const TRUTH: MixtureParts = {
  ...{ covarianceType: 'full', nFeatures: 2, nComponents: 2, weights: [0.5, 0.5] },
  means: [
    [-1.4, -0.4],
    [1.3, 0.5],
  ],
  covariances: [
    [
      [0.5, 0.25],
      [0.25, 0.4],
    ],
    [
      [0.7, -0.3],
      [-0.3, 0.35],
    ],
  ],
};
const SAMPLE = new MixtureModel(TRUTH).sample(27, 3);
/** The last one can be dragged. */
const START = [...toRows(SAMPLE.data, 2), [0.2, -1.6]];
const START_LABELS = [...SAMPLE.labels, 0];

/** What is known; the other follows. */
type Known = 'labels' | 'Gaussians';

/** Lesson 3: each half of the answer gives the other. */
export default function ChickenAndEgg() {
  return (
    <>
      <p>
        If somebody told us which points belong together, the Gaussians would be easy: the mean and the spread of each
        group. If somebody told us the Gaussians, the labels would be easy: ask of each point which Gaussian it most
        likely comes from. We have neither. Each needs the other first.
      </p>
      <p>
        Begin with either half. With known labels, click points to change their group, or drag the large one, and the
        ellipses follow. With known Gaussians, drag a mean, and the colours follow.
      </p>
      <Figure />
      <p>
        Now spoil some labels and switch back and forth a few times. Both halves become better on the way. That is the
        whole idea of EM: guess one half, compute the other, and repeat. From labels to Gaussians is called the{' '}
        <strong>M-step</strong>, from Gaussians to labels the <strong>E-step</strong>.
      </p>
    </>
  );
}

function Figure() {
  const halves = useHalves();
  const { known, rows, labels, gaussians, colors } = halves;
  return (
    <figure class="figure">
      <KnownChoice value={known} onChange={halves.turn} />
      <Plane x={[-4, 4]} y={[-2.5, 2.5]} label="Points in two groups, and a Gaussian for each">
        {gaussians?.means.map((mean, k) => (
          <Ellipse key={NAMES[k]} mean={mean} covariance={covarianceOf(gaussians, k)} color={COLORS[k]!} />
        ))}
        {colors && (
          <PointButtons
            {...{ points: rows.slice(0, -1), colors }}
            {...(known === 'labels' && { onPress: halves.relabel, describe: (i: number) => NAMES[labels[i]!]! })}
          />
        )}
        <Handle
          at={rows.at(-1)!}
          name="stray point"
          onMove={halves.moveStray}
          color={colors?.at(-1) ?? 'var(--soft)'}
        />
        {known === 'Gaussians' &&
          gaussians?.means.map((mean, k) => (
            <Handle
              {...{ key: NAMES[k]!, at: mean, name: `${NAMES[k]} mean`, color: COLORS[k]! }}
              onMove={(at) => halves.moveMean(k, at)}
            />
          ))}
      </Plane>
      <Told {...halves} />
      <figcaption>When you switch, the half that followed becomes the half that is known.</figcaption>
    </figure>
  );
}

/** How many points each group has, and where its mean is. */
function Told({ known, labels, shares, gaussians }: ReturnType<typeof useHalves>) {
  const counts = NAMES.map((_, k) =>
    known === 'labels' ? labels.filter((label) => label === k).length : shares?.reduce((sum, row) => sum + row[k]!, 0),
  );
  return (
    <p class="readings">
      {NAMES.map((name, k) => (
        <span key={name} class="reading">
          {name}: <Reading name={`points-${k}`} label="" value={counts[k]} digits={known === 'labels' ? 0 : 2} />{' '}
          points, mean (<Reading name={`mean-${k}-x`} label="" value={gaussians?.means[k]?.[0]} digits={2} />,{' '}
          <Reading name={`mean-${k}-y`} label="" value={gaussians?.means[k]?.[1]} digits={2} />)
        </span>
      ))}
    </p>
  );
}

/** Points, and the two halves of the answer: labels and Gaussians. */
function useHalves() {
  const [known, setKnown] = useState<Known>('labels');
  const [rows, setRows] = useState(START);
  const [labels, setLabels] = useState(START_LABELS);
  const [given, setGiven] = useState<MixtureParts>(TRUTH);
  const fitted = useEngine(() => fitToLabels(rows, labels), [rows, labels]);
  const shares = useEngine(() => sharesUnder(given, rows), [given, rows]);
  const colors = useMemo(
    () => (known === 'labels' ? labels.map((k) => COLORS[k]!) : shares?.map((row) => blend(COLORS, row))),
    [known, labels, shares],
  );
  return {
    ...{ known, rows, labels, shares, colors, gaussians: known === 'labels' ? fitted : given },
    moveStray: (at: number[]) => setRows(rows.with(-1, at)),
    moveMean: (k: number, at: number[]) => setGiven({ ...given, means: given.means.with(k, at) }),
    relabel: (i: number) => {
      const label = labels[i]!;
      if (labels.filter((other) => other === label).length > FEWEST) setLabels(labels.with(i, 1 - label));
    },
    /** Makes the other half the known one, as it is now. */
    turn: (next: Known) => {
      if (next === 'Gaussians' && fitted) setGiven(fitted);
      if (next === 'labels' && shares) setLabels(likeliest(shares) ?? labels);
      setKnown(next);
    },
  };
}

function KnownChoice({ value, onChange }: { readonly value: Known; readonly onChange: (known: Known) => void }) {
  return (
    <fieldset class="choice">
      <legend>What is known</legend>
      {(['labels', 'Gaussians'] as const).map((known) => (
        <label key={known}>
          <input type="radio" name="known" value={known} checked={known === value} onChange={() => onChange(known)} />
          {known === 'labels' ? 'The labels' : 'The Gaussians'}
        </label>
      ))}
    </fieldset>
  );
}

/** The label of each point that has the larger share; nothing where a group would be too small. */
function likeliest(shares: readonly (readonly number[])[]): number[] | undefined {
  const labels = shares.map(([blue, gold]) => (gold! > blue! ? 1 : 0));
  const enough = NAMES.every((_, k) => labels.filter((label) => label === k).length >= FEWEST);
  return enough ? labels : undefined;
}

async function sharesUnder(gaussians: MixtureParts, rows: readonly number[][]): Promise<number[][]> {
  return toRows(await new MixtureModel(gaussians).predictProba(toPoints(rows), ON_CPU), NAMES.length);
}

/** A Gaussian for each group: one M-step over its points, in which each counts fully. */
async function fitToLabels(rows: readonly number[][], labels: readonly number[]): Promise<MixtureParts> {
  const groups = NAMES.map((_, k) => rows.filter((_, i) => labels[i] === k));
  const parts = await Promise.all(groups.map(fitOne));
  return {
    ...{ covarianceType: 'full', nFeatures: 2, nComponents: 2 },
    weights: groups.map((group) => group.length / rows.length),
    means: parts.map(({ means }) => means[0]!),
    covariances: parts.map(({ fullCovariances }) => fullCovariances[0]!),
  };
}

async function fitOne(rows: readonly number[][]): Promise<MixtureModel> {
  const estimator = new GaussianMixture({ nComponents: 1, init: 'random-from-data', ...ON_CPU });
  using run = await estimator.start(toPoints(rows));
  await run.maximization();
  return run.model;
}
