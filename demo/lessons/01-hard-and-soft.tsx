import { KMeansModel, MixtureModel } from 'emgpu';
import { useState } from 'preact/hooks';
import { Formula } from '../shared/formula.tsx';
import { colorOf } from '../shared/palette.ts';
import { Bars, blend, Cross, Curve, Dots, Handle, ON_CPU, Plane, toPoints, toRows, useEngine } from './kit/index.ts';

const CENTERS = [
  [-1.3, 0],
  [1.3, 0],
];
const VARIANCE = 0.9;

const mixture = new MixtureModel({
  ...{ covarianceType: 'spherical', nFeatures: 2, nComponents: 2 },
  ...{ weights: [0.5, 0.5], means: CENTERS, covariances: [VARIANCE, VARIANCE] },
});
const kMeans = new KMeansModel({ nClusters: 2, nFeatures: 2, centers: CENTERS });

const X = [-4, 4] as const;
const Y = [-2.5, 2.5] as const;
const COLORS = [colorOf(0), colorOf(1)];
const LABELS = ['Blue', 'Gold'];

const { data, labels } = mixture.sample(160, 4);
const cloud = toRows(data, 2);
/** Along the line that joins the centres. */
const line = Array.from({ length: 641 }, (_, i) => [X[0] + ((X[1] - X[0]) * i) / 640, 0]);

/** Lesson 1: k-means picks, a mixture shares. */
export default function HardAndSoft() {
  return (
    <>
      <p>
        Two clouds of points overlap. To which one does the large point in the middle belong? <strong>k-means</strong>{' '}
        picks the nearest centre, always and completely. A <strong>mixture</strong> of two Gaussians answers with a
        share: how probable each cloud is, given where the point lies.
      </p>
      <p>Drag the point from one cloud to the other. One answer snaps, the other slides.</p>
      <Figure />
      <p>
        With two Gaussians of the same size and weight, only the difference of the squared distances counts. Near the
        border the share is close to one half, which says what a pick cannot: nobody knows.
      </p>
      <Formula
        block
        tex="r_{\text{blue}} = \frac{1}{1 + \exp\bigl((d_{\text{blue}}^2 - d_{\text{gold}}^2) / 2\sigma^2\bigr)}"
      />
    </>
  );
}

function Figure() {
  const [query, setQuery] = useState([-0.4, 0.6]);
  const answer = useEngine(() => askBoth([query]), [query]);
  const share = answer?.shares[0] ?? [0.5, 0.5];
  const pick = answer?.picks[0] ?? 0;
  return (
    <figure class="figure">
      <Plane x={X} y={Y} label="Two overlapping clouds, their centres, and the point to ask about">
        <Dots points={cloud} color={(i) => COLORS[labels[i]!]!} opacity={0.4} />
        <Curve points={Y.map((y) => [0, y])} color="var(--soft)" dashed />
        {CENTERS.map((center, k) => (
          <Cross key={LABELS[k]} at={center} color={COLORS[k]!} />
        ))}
        <Handle at={query} name="point to ask about" onMove={setQuery} color={blend(COLORS, share)} />
      </Plane>
      <div class="pair">
        <Answer title="k-means" name="pick" values={[0, 1].map((k) => (k === pick ? 1 : 0))} />
        <Answer title="Mixture" name="share" values={share} />
      </div>
      <Profile x={query[0]!} share={share[0]!} />
      <figcaption>
        Below: what each says of blue as the point goes from left to right. Dashed: the pick of k-means. Solid: the
        share.
      </figcaption>
    </figure>
  );
}

/** Both answers along the line through the centres, and where on it the point is. The share does not depend on y. */
function Profile({ x, share }: { readonly x: number; readonly share: number }) {
  const along = useEngine(() => askBoth(line), []);
  return (
    <Plane x={X} y={[-0.04, 1.04]} height={150} label="Both answers on the way from one centre to the other">
      {along && (
        <>
          <Curve points={along.picks.map((k, i) => [line[i]![0]!, 1 - k])} color="var(--soft)" dashed />
          <Curve points={along.shares.map(([blue], i) => [line[i]![0]!, blue!])} color={COLORS[0]!} />
        </>
      )}
      <Dots points={[[x, share]]} color={() => COLORS[0]!} radius={6} opacity={1} />
    </Plane>
  );
}

interface AnswerProps {
  readonly title: string;
  readonly name: string;
  readonly values: readonly number[];
}

function Answer({ title, name, values }: AnswerProps) {
  return (
    <div>
      <h3>{title}</h3>
      <Bars values={values} colors={COLORS} labels={LABELS} name={name} />
    </div>
  );
}

/** Of some points: the cluster that k-means picks, and the two shares of the mixture. */
async function askBoth(rows: readonly (readonly number[])[]) {
  const points = toPoints(rows);
  const [picks, shares] = await Promise.all([kMeans.predict(points, ON_CPU), mixture.predictProba(points, ON_CPU)]);
  return { picks: [...picks], shares: toRows(shares, 2) };
}
