import { type GridAxis, KMeansModel, MixtureModel } from 'emgpu';
import { useState } from 'preact/hooks';
import { Formula } from '../shared/formula.tsx';
import { colorOf } from '../shared/palette.ts';
import { Bars, Contours, Cross, Ellipse, Handle, ON_CPU, Plane, toPoints, toRows, useEngine } from './kit/index.ts';

const NAMES = ['blue', 'gold', 'green'];
const COLORS = NAMES.map((_, k) => colorOf(k));
const WEIGHTS = [0.3, 0.45, 0.25];
const MEANS = [
  [0.9, 0.5],
  [-1.4, -0.3],
  [2.6, -1.2],
];
const COVARIANCES = [
  [
    [0.09, 0],
    [0, 0.09],
  ],
  [
    [1.5, 0.3],
    [0.3, 1.1],
  ],
  [
    [0.5, 0.2],
    [0.2, 0.25],
  ],
];
const SHAPE = { covarianceType: 'full', nFeatures: 2 } as const;

const mixture = new MixtureModel({
  ...{ ...SHAPE, nComponents: 3, weights: WEIGHTS, means: MEANS, covariances: COVARIANCES },
});
/** Each Gaussian alone. */
const alone = NAMES.map(
  (_, k) =>
    new MixtureModel({ ...SHAPE, nComponents: 1, weights: [1], means: [MEANS[k]!], covariances: [COVARIANCES[k]!] }),
);
const centers = new KMeansModel({ nClusters: 3, nFeatures: 2, centers: MEANS });

const GRID = { x: [-4.2, 4.2, 85], y: [-2.7, 2.7, 55] } as const satisfies Record<string, GridAxis>;
const HALF = [0.5];

/** Lesson 4: how the shares come about, and that nearer is not always likelier. */
export default function Responsibilities() {
  return (
    <>
      <p>
        Three Gaussians claim a point. The share of each is called its <strong>responsibility</strong>: its weight times
        its density at the point, divided by the sum over all three.
      </p>
      <Formula
        block
        tex="r_k(x) = \frac{\pi_k\,\mathcal N(x \mid \mu_k, \Sigma_k)}{\sum_j \pi_j\,\mathcal N(x \mid \mu_j, \Sigma_j)}"
      />
      <p>
        Drag the point. Blue is tight, gold is wide. A little way out of blue the point is gold's, although the mean of
        blue is still nearer: for a tight Gaussian a short way is far.
      </p>
      <Figure />
    </>
  );
}

function Figure() {
  const [query, setQuery] = useState([0, 0.2]);
  const answer = useEngine(() => askAll(query), [query]);
  const land = useEngine(shareLand, []);
  return (
    <figure class="figure">
      <Plane x={[-4, 4]} y={[-2.5, 2.5]} label="Three Gaussians and the point they claim">
        <g class="land">
          {land?.map((values, k) => (
            <Contours key={NAMES[k]} {...{ values, ...GRID, thresholds: HALF, color: COLORS[k]! }} />
          ))}
        </g>
        {MEANS.map((mean, k) => (
          <g key={NAMES[k]}>
            <Ellipse mean={mean} covariance={COVARIANCES[k]!} color={COLORS[k]!} />
            <Cross at={mean} color={COLORS[k]!} />
          </g>
        ))}
        <Handle at={query} name="point to ask about" onMove={setQuery} color="var(--text)" />
      </Plane>
      <Bars values={answer?.shares ?? [0, 0, 0]} colors={COLORS} labels={NAMES} name="responsibility" />
      {answer && <Sums {...answer} />}
      <figcaption>
        Ellipses: one and two standard deviations. Tinted: where one Gaussian holds more than half.
      </figcaption>
    </figure>
  );
}

interface Answer {
  /** `[K]` each: responsibilities, distances to the means, densities. */
  readonly shares: readonly number[];
  readonly distances: readonly number[];
  readonly densities: readonly number[];
}

/** The way from distances to responsibilities, with the numbers. */
function Sums(answer: Answer) {
  const { shares, distances, densities } = answer;
  const terms = densities.map((density, k) => toTex(WEIGHTS[k]! * density));
  const nearest = distances.indexOf(Math.min(...distances));
  const likeliest = shares.indexOf(Math.max(...shares));
  const filled = `\\frac{${terms[likeliest]}}{${terms.join(' + ')}} = ${shares[likeliest]!.toFixed(3)}`;
  return (
    <>
      <p data-read="verdict">
        Nearest mean: <strong>{NAMES[nearest]}</strong>. Likeliest: <strong>{NAMES[likeliest]}</strong>.
      </p>
      <Table {...answer} />
      <Formula block tex={`r_{\\text{${NAMES[likeliest]}}} = ${filled}`} />
    </>
  );
}

function Table({ distances, densities }: Answer) {
  return (
    <table class="numbers">
      <thead>
        <tr>
          {['Gaussian', 'distance', 'weight', 'density', 'product'].map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {NAMES.map((name, k) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <Cell name={`distance-${k}`} value={distances[k]!} text={distances[k]!.toFixed(2)} />
            <Cell name={`weight-${k}`} value={WEIGHTS[k]!} text={WEIGHTS[k]!.toFixed(2)} />
            <Cell name={`density-${k}`} value={densities[k]!} text={short(densities[k]!)} />
            <Cell name={`product-${k}`} value={WEIGHTS[k]! * densities[k]!} text={short(WEIGHTS[k]! * densities[k]!)} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ name, value, text }: { readonly name: string; readonly value: number; readonly text: string }) {
  return (
    <td data-read={name} data-value={String(value)}>
      {text}
    </td>
  );
}

function short(value: number): string {
  return value < 0.0001 ? '≈ 0' : value.toFixed(4);
}

function toTex(value: number): string {
  return value < 0.0001 ? '0' : value.toFixed(4);
}

async function askAll(query: readonly number[]): Promise<Answer> {
  const point = toPoints([query]);
  const [shares, distances, logs] = await Promise.all([
    mixture.predictProba(point, ON_CPU),
    centers.transform(point),
    Promise.all(alone.map((gaussian) => gaussian.scoreSamples(point, ON_CPU))),
  ]);
  return { shares: [...shares], distances: [...distances], densities: logs.map(([log]) => Math.exp(log!)) };
}

/** The responsibility of each Gaussian at the places of the grid. */
async function shareLand(): Promise<number[][]> {
  const [nx, ny] = [GRID.x[2], GRID.y[2]];
  const at = ([min, max, count]: GridAxis, i: number) => min + ((max - min) * i) / (count - 1);
  const places = Array.from({ length: nx * ny }, (_, n) => [at(GRID.x, n % nx), at(GRID.y, Math.floor(n / nx))]);
  const rows = toRows(await mixture.predictProba(toPoints(places), ON_CPU), 3);
  return NAMES.map((_, k) => rows.map((row) => row[k]!));
}
