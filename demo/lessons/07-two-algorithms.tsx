import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { Formula } from '../shared/formula.tsx';
import { colorOf } from '../shared/palette.ts';
import { Cross, Curve, Dots, Ellipse, Handle, Plane, Reading, Slider, useEngine } from './kit/index.ts';
import { type Drawn, draw } from './later/points.ts';
import { twoClouds } from './later/scenes.ts';
import { fitBoth, type Grouping } from './later/two-fits.ts';
import './later/later.css';

const X = [-5, 5] as const;
const Y = [-7, 7] as const;

/** Lesson 7: k-means slices what EM wraps; on round blobs they agree. */
export default function TwoAlgorithms() {
  return (
    <>
      <p>
        The same two clouds, given to two algorithms. <strong>k-means</strong> only asks which centre is nearer, so it
        cuts the plane along a straight line halfway. The <strong>mixture</strong> learns a shape for each cloud and
        measures distance in units of it. This is what each of them compares, k-means first:
        <Formula
          block
          tex="\begin{gathered} \lVert x - c_k \rVert^2 \\ (x - \mu_k)^\top \Sigma_k^{-1} (x - \mu_k) + \log \lvert \Sigma_k \rvert - 2 \log \pi_k \end{gathered}"
        />
      </p>
      <p>Stretch the clouds and watch the cut. Drag the centre of the right cloud to bring them closer or apart.</p>
      <SideBySide />
      <p>
        On round blobs the two agree. On tall ones k-means finds it cheaper to cut both clouds in half, and no number of
        restarts will help it: by its own measure that is the better answer.
      </p>
    </>
  );
}

/** Both pictures of the same points, and what the reader can change. */
function SideBySide() {
  const [stretch, setStretch] = useState(3);
  const [right, setRight] = useState<readonly number[]>([1.7, 0]);
  const drawn = useMemo(() => draw(twoClouds(stretch, right)), [stretch, right]);
  const fits = useEngine(() => fitBoth(drawn), [drawn]);
  const panel = { drawn, right, onMove: setRight };
  return (
    <figure class="figure">
      <Slider
        {...{ name: 'Stretch', value: stretch, min: 1, max: 3.5, step: 0.1, onInput: setStretch }}
        format={(v) => `${v.toFixed(1)} ×`}
      />
      <div class="pair">
        <Panel title="k-means" name="k-means" grouping={fits?.kMeans} {...panel}>
          {fits && <Curve points={halfway(fits.kMeans.centers)} color="var(--text)" dashed />}
        </Panel>
        <Panel title="Gaussian mixture" name="mixture" grouping={fits?.mixture} {...panel}>
          {fits?.mixture.covariances?.map((covariance, k) => (
            <Ellipse key={colorOf(k)} mean={fits.mixture.centers[k]!} covariance={covariance} color={colorOf(k)} />
          ))}
        </Panel>
      </div>
      <p class="readings">
        <Reading name="agreement" label="agreement of the two" value={fits?.agreement} />
      </p>
      <figcaption>
        Agreement is the adjusted Rand index: 1 where both put the same points together, 0 what chance would give.
      </figcaption>
    </figure>
  );
}

interface PanelProps {
  readonly title: string;
  /** Of its reading and its handle. */
  readonly name: string;
  readonly drawn: Drawn;
  readonly grouping: Grouping | undefined;
  readonly right: readonly number[];
  readonly onMove: (at: number[]) => void;
  readonly children: ComponentChildren;
}

function Panel({ title, name, drawn, grouping, right, onMove, children }: PanelProps) {
  return (
    <div>
      <h3>{title}</h3>
      <Plane x={X} y={Y} label={`The clouds as ${title} groups them`}>
        <Dots
          points={drawn.rows}
          radius={2.5}
          color={(i) => (grouping ? colorOf(grouping.labels[i]!) : 'var(--soft)')}
        />
        {children}
        {grouping?.centers.map((center, k) => (
          <Cross key={colorOf(k)} at={center} color={colorOf(k)} />
        ))}
        <Handle at={right} name={`right cloud, ${name}`} color="var(--text)" onMove={onMove} />
      </Plane>
      <p class="readings">
        <Reading name={name} label="agreement with the truth" value={grouping?.agreement} />
      </p>
    </div>
  );
}

/** The part within the figure of the line halfway between two centres. */
function halfway(centers: readonly (readonly number[])[]): number[][] {
  const [[ax, ay], [bx, by]] = centers as [[number, number], [number, number]];
  const length = Math.hypot(bx - ax, by - ay);
  const places = Array.from({ length: 801 }, (_, i) => {
    const along = (i - 400) / 40 / length;
    return [(ax + bx) / 2 - along * (by - ay), (ay + by) / 2 + along * (bx - ax)];
  });
  return places.filter(([x, y]) => Math.abs(x!) <= X[1] && Math.abs(y!) <= Y[1]);
}
