import { densityGrid, type GridAxis, MixtureModel } from 'emgpu';
import { useMemo, useState } from 'preact/hooks';
import { fixed } from '../shared/format.ts';
import { Formula } from '../shared/formula.tsx';
import { colorOf } from '../shared/palette.ts';
import {
  Bars,
  Contours,
  Curve,
  Die,
  Dots,
  Handle,
  ON_CPU,
  Plane,
  Reading,
  toPoints,
  toRows,
  useEngine,
} from './kit/index.ts';

const COVARIANCES = [
  [
    [0.35, 0.12],
    [0.12, 0.25],
  ],
  [
    [0.6, -0.35],
    [-0.35, 0.4],
  ],
  [
    [0.12, 0],
    [0, 0.45],
  ],
];
const MEANS = [
  [-1.9, -0.5],
  [0.5, 0.9],
  [2.2, -0.7],
];
const WEIGHTS = [0.5, 0.3, 0.2];
const NAMES = ['blue', 'gold', 'green'];
const COLORS = NAMES.map((_, k) => colorOf(k));
const SEED = 11;
const MOST = 1000;

/** A little beyond the plane, so that no contour ends at its border. */
const GRID = { x: [-4.4, 4.4, 111], y: [-2.9, 2.9, 74] } as const satisfies Record<string, GridAxis>;
const THRESHOLDS = [0.01, 0.03, 0.06, 0.1, 0.15, 0.21, 0.28];

/** Lesson 2: how a mixture makes points. */
export default function Recipe() {
  return (
    <>
      <p>
        A mixture is a recipe for making points. First roll a die, which is loaded: the <strong>weights</strong> say how
        often each side comes up. Each side has a Gaussian. Draw the point from the Gaussian that the die names, and
        forget the die.
      </p>
      <p>Draw a few. Then drag the means and the cuts of the die: the same rolls give other points.</p>
      <Figure />
      <p>
        Whoever sees only the points sees the sum of all sides. That is the <strong>density</strong>, which the contours
        show: high where points are frequent.
      </p>
      <Formula block tex="p(x) = \sum_k \pi_k \, \mathcal N(x \mid \mu_k, \Sigma_k)" />
      <p class="soft">
        <Formula tex="\pi_k" /> are the weights, <Formula tex="\mu_k" /> the means, <Formula tex="\Sigma_k" /> the
        shapes. Finding them from the points alone is what EM is for.
      </p>
    </>
  );
}

function Figure() {
  const [means, setMeans] = useState(MEANS);
  const [weights, setWeights] = useState(WEIGHTS);
  const [probe, setProbe] = useState([-0.6, 0.3]);
  const [count, setCount] = useState(0);
  const model = useMemo(() => modelOf(weights, means), [weights, means]);
  const surface = useEngine(() => densityGrid(model, { features: [0, 1], ...GRID }, ON_CPU), [model]);
  const logDensity = useEngine(() => model.scoreSamples(toPoints([probe]), ON_CPU), [model, probe]);
  const drawn = useMemo(() => draw(model, count), [model, count]);
  return (
    <figure class="figure">
      <Plane x={[-4, 4]} y={[-2.5, 2.5]} label="Contours of the mixture's density, its means, and the points drawn">
        {surface && <Contours values={surface} {...GRID} thresholds={THRESHOLDS} color="var(--soft)" />}
        <Dots points={drawn.rows} color={(i) => COLORS[drawn.labels[i]!]!} radius={2.5} />
        <Latest {...drawn} means={means} />
        {means.map((mean, k) => (
          <Handle
            {...{ key: NAMES[k]!, at: mean, name: `${NAMES[k]} mean`, color: COLORS[k]! }}
            onMove={(at) => setMeans(means.with(k, at))}
          />
        ))}
        <Handle at={probe} name="probe" onMove={setProbe} color="var(--text)" />
      </Plane>
      <p class="readings">
        <Reading
          name="density"
          label="Density at the probe, the point without a colour"
          digits={4}
          value={logDensity && Math.exp(logDensity[0]!)}
        />
      </p>
      <Die weights={weights} colors={COLORS} names={NAMES} onChange={setWeights} />
      <div class="buttons">
        <DrawButton by={1} label="Draw one" count={count} onDraw={setCount} />
        <DrawButton by={200} label="Draw 200" count={count} onDraw={setCount} />
        <button type="button" disabled={count === 0} onClick={() => setCount(0)}>
          Reset
        </button>
        <span role="status">{tellLatest(drawn)}</span>
      </div>
      <Shares weights={weights} drawn={drawn.shares} count={count} />
    </figure>
  );
}

interface SharesProps {
  readonly weights: readonly number[];
  readonly drawn: readonly number[];
  readonly count: number;
}

/** What the die promises, and what came of it. */
function Shares({ weights, drawn, count }: SharesProps) {
  return (
    <div class="pair">
      <div>
        <h3>Weights</h3>
        <Bars values={weights} colors={COLORS} labels={NAMES} name="weight" />
      </div>
      <div>
        <h3>
          <Reading name="count" label="Points drawn:" value={count} digits={0} />
        </h3>
        <Bars values={drawn} colors={COLORS} labels={NAMES} name="drawn" />
      </div>
    </div>
  );
}

function modelOf(weights: number[], means: number[][]): MixtureModel {
  return new MixtureModel({
    ...{ covarianceType: 'full', nFeatures: 2, nComponents: 3 },
    ...{ weights, means, covariances: COVARIANCES },
  });
}

interface Drawn {
  /** `[N][2]` */
  readonly rows: readonly number[][];
  /** `[N]`: which Gaussian each is from. */
  readonly labels: ArrayLike<number>;
  /** `[K]`: of the points, those of each Gaussian. */
  readonly shares: readonly number[];
}

/** The first `count` points that the seed gives: the same rolls and the same chances whatever the model. */
function draw(model: MixtureModel, count: number): Drawn {
  if (count === 0) return { rows: [], labels: [], shares: NAMES.map(() => 0) };
  const { data, labels } = model.sample(count, SEED);
  const shares = NAMES.map((_, k) => labels.filter((label) => label === k).length / count);
  return { rows: toRows(data, 2), labels, shares };
}

/** The point drawn last, tied to the mean it comes from. */
function Latest({ rows, labels, means }: Drawn & { readonly means: readonly number[][] }) {
  const point = rows.at(-1);
  if (!point) return null;
  const k = labels[rows.length - 1]!;
  return (
    <>
      <Curve points={[means[k]!, point]} color={COLORS[k]!} />
      <Dots points={[point]} color={() => COLORS[k]!} radius={6} opacity={1} />
    </>
  );
}

function tellLatest({ rows, labels }: Drawn): string {
  const point = rows.at(-1);
  if (!point) return '';
  const [x, y] = point.map((value) => fixed(value, 2));
  return `The die said ${NAMES[labels[rows.length - 1]!]}, the point fell on (${x}, ${y}).`;
}

interface DrawProps {
  readonly by: number;
  readonly label: string;
  readonly count: number;
  readonly onDraw: (count: number) => void;
}

function DrawButton({ by, label, count, onDraw }: DrawProps) {
  return (
    <button type="button" disabled={count >= MOST} onClick={() => onDraw(Math.min(MOST, count + by))}>
      {label}
    </button>
  );
}
