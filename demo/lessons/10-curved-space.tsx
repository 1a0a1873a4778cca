import type { GridAxis, HostPoints } from 'emgpu';
import { useMemo, useState } from 'preact/hooks';
import { Formula } from '../shared/formula.tsx';
import { colorOf } from '../shared/palette.ts';
import { Contours, Curve, Dots, Handle, Plane, Reading, Slider, useEngine } from './kit/index.ts';
import { Ball, Note } from './later/marks.tsx';
import { draw, places } from './later/points.ts';
import { bells } from './later/scenes.ts';
import {
  bellCurve,
  type Climb,
  emFrom,
  gradientFrom,
  inertiaAt,
  MOST_STEPS,
  type Pair,
  surface,
} from './later/slope.ts';
import './later/later.css';

const X = [-4, 4] as const;
const Y = [-4, 4] as const;
/** A little beyond the figure, so that no contour ends at its border. */
const GRID = { x: [-4.2, 4.2, 85], y: [-4.2, 4.2, 57] } as const satisfies Record<string, GridAxis>;
const LINE = [-4, 6] as const;
const ALONG = places(...LINE, 151);
/** How far beneath the highest place of the grid contours are drawn. */
const BENEATH = [2, 6, 12, 20, 32, 48, 70, 100, 140, 190, 260, 350, 480];
/** A step length at which gradient ascent moves the tight bell about as far as EM does. */
const UNIT = 0.25 / 72;
const EM_COLOR = 'var(--accent)';
const GRADIENT_COLOR = 'var(--bad)';

/** Lesson 10: EM is gradient ascent that knows what each component weighs. */
export default function CurvedSpace() {
  const { points, rows } = useMemo(() => draw(bells), []);
  const [start, setStart] = useState<Pair>([-3, 3]);
  return (
    <>
      <p>
        Two bells on a line, one tight, one wide. Only their places are free, so all there is to find is one point of a
        map: the place of the tight bell to the right, that of the wide one upwards. The contours are the
        log-likelihood.
      </p>
      <p>
        <strong>Gradient ascent</strong> walks straight up the slope. A step length that suits the tight bell is far too
        short for the wide one, and a longer one throws the tight bell to and fro. <strong>EM</strong> has no step
        length at all.
      </p>
      <Ways start={start} onStart={setStart} points={points} />
      <p>
        EM takes the same slope and divides it by the <strong>Fisher information</strong>, which is the inertia of each
        bell: how hard the points hold it. Here it is the number of points of a bell over its variance.
      </p>
      <Formula
        block
        tex="\begin{gathered} \Delta\mu_k = \frac{1}{I_k} \, \frac{\partial \log L}{\partial \mu_k} \\[6pt] I_k = \frac{N_k}{\sigma_k^2}, \qquad N_k = \sum_n r_{nk} \end{gathered}"
      />
      <Bells start={start} points={points} rows={rows} />
      <p>
        A sure cluster, with many points close together, is heavy. An unsure one is light and moves far at a small push.
        Dividing by inertia turns the narrow valley into a round bowl, in which straight up is the right direction. This
        is the natural gradient, and EM follows it without being told.
      </p>
    </>
  );
}

interface WaysProps {
  readonly start: Pair;
  readonly onStart: (start: Pair) => void;
  readonly points: HostPoints;
}

/** The map and both ways up from one start. */
function Ways({ start, onStart, points }: WaysProps) {
  const [length, setLength] = useState(0.8);
  const [steps, setSteps] = useState(12);
  const heights = useEngine(() => surface(GRID.x, GRID.y, points), [points]);
  const em = useEngine(() => emFrom(start, points), [start, points]);
  const gradient = useEngine(() => gradientFrom(start, length * UNIT, points), [start, length, points]);
  const thresholds = useMemo(() => heights && thresholdsOf(heights), [heights]);
  return (
    <figure class="figure">
      <Plane x={X} y={Y} height={460} label="Contours of the log-likelihood over both places, and two ways up">
        <g class="faint">
          {heights && thresholds && <Contours values={heights} {...GRID} thresholds={thresholds} color="var(--soft)" />}
        </g>
        <Note at={[X[1], Y[0]]} shift={[-6, -8]} anchor="end">
          tight bell →
        </Note>
        <Note at={[X[0], Y[1]]} shift={[6, 16]}>
          ↑ wide bell
        </Note>
        {gradient && <Way climb={gradient} steps={steps} color={GRADIENT_COLOR} />}
        {em && <Way climb={em} steps={steps} color={EM_COLOR} />}
        <Handle at={start} name="start" color="var(--text)" onMove={onStart} />
      </Plane>
      <Slider
        {...{ name: 'Steps', value: steps, min: 0, max: MOST_STEPS, step: 1, onInput: setSteps }}
        format={(v) => v.toFixed(0)}
      />
      <Slider {...{ name: 'Step length', value: length, min: 0.1, max: 2.5, step: 0.1, onInput: setLength }} />
      <p class="readings">
        <Height name="em" label="EM" climb={em} steps={steps} color={EM_COLOR} />
        <Height name="gradient" label="Gradient ascent" climb={gradient} steps={steps} color={GRADIENT_COLOR} />
      </p>
      <figcaption>
        Drag the start. Both ways take as many steps as you allow; the numbers are the log-likelihoods they reach.
      </figcaption>
    </figure>
  );
}

function thresholdsOf(heights: Float64Array): number[] {
  const top = heights.reduce((a, b) => Math.max(a, b), -Infinity);
  return BENEATH.map((depth) => top - depth).toReversed();
}

interface WayProps {
  readonly climb: Climb;
  readonly steps: number;
  readonly color: string;
}

function Way({ climb, steps, color }: WayProps) {
  const taken = climb.at.slice(0, steps + 1);
  const outside = taken.findIndex(([x, y]) => Math.abs(x) > X[1] || Math.abs(y) > Y[1]);
  const seen = outside < 0 ? taken : taken.slice(0, outside);
  return (
    <>
      <Curve points={seen} color={color} />
      <Dots points={seen} color={() => color} radius={3} opacity={1} />
    </>
  );
}

interface HeightProps {
  readonly name: string;
  readonly label: string;
  readonly climb: Climb | undefined;
  readonly steps: number;
  readonly color: string;
}

/** How high a way has come after some steps. */
function Height({ name, label, climb, steps, color }: HeightProps) {
  const height = climb?.heights[Math.min(steps, climb.heights.length - 1)];
  return (
    <span>
      <span class="swatch" style={{ background: color }} />
      <Reading name={name} label={label} value={height} digits={2} />
    </span>
  );
}

interface BellsProps {
  readonly start: Pair;
  readonly points: HostPoints;
  readonly rows: readonly number[][];
}

/** Both bells where the start has them, and their inertia as the size of a ball. */
function Bells({ start, points, rows }: BellsProps) {
  const inertia = useEngine(() => inertiaAt(start, points), [start, points]);
  const curves = useEngine(() => Promise.all([bellCurve(0, start[0], ALONG), bellCurve(1, start[1], ALONG)]), [start]);
  return (
    <figure class="figure">
      <Plane x={LINE} y={[-0.2, 0.52]} height={200} yTicks={false} label="The points and both bells at the start">
        <Dots points={rows.map(([x]) => [x!, -0.14])} color={() => 'var(--soft)'} opacity={0.45} />
        {curves?.map((curve, k) => (
          <Curve key={colorOf(k)} points={curve} color={colorOf(k)} />
        ))}
        {inertia?.map((mass, k) => (
          <Ball key={colorOf(k)} at={[start[k]!, 0]} mass={mass} color={colorOf(k)} />
        ))}
      </Plane>
      <p class="readings">
        <Reading name="inertia-tight" label="inertia of the tight bell" value={inertia?.[0]} digits={1} />
        <Reading name="inertia-wide" label="of the wide bell" value={inertia?.[1]} digits={1} />
      </p>
      <figcaption>The bells as the start above has them. The area of a ball is the inertia.</figcaption>
    </figure>
  );
}
