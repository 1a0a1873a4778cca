import { useMemo, useState } from 'preact/hooks';
import { Formula } from '../shared/formula.tsx';
import { colorOf } from '../shared/palette.ts';
import { Bars, blend, Curve, Dots, Ellipse, Handle, Plane, Reading, Slider, toPoints, useEngine } from './kit/index.ts';
import { Ring } from './later/marks.tsx';
import { draw } from './later/points.ts';
import { SIGMAS, softScene } from './later/scenes.ts';
import { type Stage, shrink } from './later/shrink.ts';
import './later/later.css';

const K = softScene.truth.nComponents;
const COLORS = Array.from({ length: K }, (_, k) => colorOf(k));
const NAMES = ['left', 'middle', 'right'];

/** Lesson 8: one slider from clouds to points; soft becomes hard, and the end is k-means. */
export default function SigmaToZero() {
  return (
    <>
      <p>
        k-means and mixtures are one family. Take a mixture of equal circles with one width σ, and let only the centres
        move. This is <strong>soft k-means</strong>:
        <Formula
          block
          tex="r_k(x) = \frac{\exp\!\big(-\lVert x - c_k \rVert^2 / 2\sigma^2\big)}{\sum_j \exp\!\big(-\lVert x - c_j \rVert^2 / 2\sigma^2\big)}"
        />
        The smaller σ is, the more the nearest centre takes.
      </p>
      <p>Move the slider from wide to nothing. The rings mark where k-means on its own puts its centres.</p>
      <Shrinkage />
      <p>
        While σ is wide, all centres sit in one place, for every point belongs to everyone. They part one after the
        other where the points are spread wider than σ. In the end each point has one owner, each centre is the plain
        mean of its points, and the picture is that of k-means.
      </p>
    </>
  );
}

/** The points, the circles at one σ, and the shares of a test point. */
function Shrinkage() {
  const { points, rows } = useMemo(() => draw(softScene), []);
  const [position, setPosition] = useState(12);
  const [probe, setProbe] = useState<readonly number[]>([0.3, 0.3]);
  const all = useEngine(() => shrink(points, K), [points]);
  const stage = all?.stages[position];
  const shares = useEngine(async () => (await stage?.sharesOf(toPoints([probe])))?.[0], [stage, probe]);
  return (
    <figure class="figure">
      <Plane x={[-5, 5]} y={[-3.2, 3.6]} label="Points and the circles of soft k-means, of radius sigma">
        {stage && <Circles rows={rows} stage={stage} trail={all.stages.slice(0, position + 1)} />}
        {all?.kMeans.map((center) => (
          <Ring key={center.join()} at={center} />
        ))}
        <Handle at={probe} name="test point" color="var(--text)" onMove={setProbe} />
      </Plane>
      <Slider
        {...{ name: 'σ', value: position, min: 0, max: SIGMAS.length, step: 1, onInput: setPosition }}
        format={(i) => (SIGMAS[i] ?? 0).toFixed(2)}
      />
      <p class="readings">
        <Reading name="entropy" label="indecision per point" value={stage?.entropy} />
        <Reading name="distance" label="farthest from k-means" value={stage?.distance} />
      </p>
      <h3>Shares of the test point</h3>
      <Bars values={shares ?? COLORS.map(() => 0)} colors={COLORS} labels={NAMES} name="share" />
      <figcaption>
        Lines: the way of the centres as σ shrinks. Indecision is the entropy of the shares: log 3 = 1.099 where all
        three share alike, 0 where each point has one owner.
      </figcaption>
    </figure>
  );
}

interface CirclesProps {
  readonly rows: readonly number[][];
  readonly stage: Stage;
  /** The stages up to this one: the way that the centres came. */
  readonly trail: readonly Stage[];
}

function Circles({ rows, stage: { sigma, centers, shares }, trail }: CirclesProps) {
  const colors = useMemo(() => shares.map((row) => blend(COLORS, row)), [shares]);
  const circle = [
    [sigma ** 2, 0],
    [0, sigma ** 2],
  ];
  return (
    <>
      <Dots points={rows} color={(i) => colors[i]!} />
      {centers.map((center, k) => (
        <g key={COLORS[k]}>
          <Curve points={trail.map((past) => past.centers[k]!)} color={COLORS[k]!} />
          {sigma > 0 && <Ellipse mean={center} covariance={circle} color={COLORS[k]!} sigmas={[1]} />}
          <Ellipse mean={center} covariance={POINT} color={COLORS[k]!} sigmas={[1]} />
        </g>
      ))}
    </>
  );
}

/** A centre itself, drawn as a small circle. */
const POINT = [
  [0.003, 0],
  [0, 0.003],
];
