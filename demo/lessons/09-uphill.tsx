import { useMemo, useState } from 'preact/hooks';
import { Formula } from '../shared/formula.tsx';
import { colorOf } from '../shared/palette.ts';
import { Curve, Dots, Handle, Plane, Reading, useEngine } from './kit/index.ts';
import { Band, Level, Note } from './later/marks.tsx';
import { draw, places } from './later/points.ts';
import { clumps } from './later/scenes.ts';
import { StepButtons } from './later/step-buttons.tsx';
import { useSteps } from './later/use-steps.ts';
import { boundOf, peaksOf, profile, type Walk, walkFrom } from './later/walk.ts';
import './later/later.css';

const X = [-6, 6] as const;
const Y = [-278, -168] as const;
/** Heights of the points and of the band of starts. */
const POINTS_Y = -262;
const STARTS_Y = -271;
const LEVELS = [-180, -200, -220, -240];
const PLACES = places(...X, 121);
const STARTS = places(...X, 61);

/** Lesson 9: the log-likelihood, the bound beneath it, and where several starts end. */
export default function Uphill() {
  return (
    <>
      <p>
        Why does EM never go downhill? Look at one parameter only: where on a line a bell of fixed width stands. Points
        that it does not explain belong to an even background. The curve is the log-likelihood of every place.
      </p>
      <p>
        EM does not see that curve. Its <strong>E-step</strong> builds a simpler one beneath it, the bound, that touches
        where the bell stands. The <strong>M-step</strong> goes to the top of the bound. The curve lies above, so it has
        risen at least as much.
      </p>
      <Hill />
      <Formula
        block
        tex="\log L(\theta) = \underbrace{\mathrm{ELBO}(q, \theta)}_{\text{bound}} + \underbrace{\mathrm{KL}(q \,\|\, \text{posterior of } \theta)}_{\text{gap}}"
      />
      <p>
        Here q are the responsibilities that the bound was built with. The gap is never negative. The E-step closes it,
        the M-step raises the bound and opens it a little again. But uphill only leads to the next peak, not to the
        highest: which one it is depends on the start. That is why one tries several.
      </p>
    </>
  );
}

/** The curve, the bound, and the way from one start. */
function Hill() {
  const { points, rows } = useMemo(() => draw(clumps), []);
  const [start, setStart] = useState(2.3);
  const heights = useEngine(() => profile(PLACES, points), [points]);
  const peaks = useEngine(() => peaksOf(STARTS, points), [points]);
  const walk = useEngine(() => walkFrom(start, points), [start, points]);
  const steps = useSteps(walk?.steps.length ?? 0);
  const move = ([x]: readonly number[]) => {
    steps.reset();
    setStart(x!);
  };
  const now = walk && standing(walk, steps.position);
  return (
    <figure class="figure">
      <Plane
        x={X}
        y={Y}
        height={400}
        yTicks={false}
        label="The log-likelihood of each place of the bell, and the bound beneath it"
      >
        {LEVELS.map((height) => (
          <Level key={height} height={height} />
        ))}
        {heights && <Curve points={PLACES.map((x, i) => [x, heights[i]!])} color="var(--text)" />}
        <Dots points={rows.map(([x]) => [x!, POINTS_Y])} color={() => 'var(--soft)'} opacity={0.45} />
        {peaks && <Band at={STARTS} y={STARTS_Y} color={(i) => colorOf(peaks[i]!)} />}
        {now?.bound && <Bound {...now} bound={now.bound} />}
        {now && <Dots points={[[now.place, now.logLikelihood]]} color={() => 'var(--text)'} radius={5} opacity={1} />}
        <Handle at={[start, STARTS_Y]} axis="x" name="start" color="var(--text)" onMove={move} />
      </Plane>
      <StepButtons
        {...{ next: steps.next, running: steps.running, onStep: steps.step, onRun: steps.run, onPause: steps.pause }}
        onReset={steps.reset}
      />
      <p class="readings">
        <Reading name="log-likelihood" label="log-likelihood" value={now?.logLikelihood} digits={2} />
        <Reading name="bound" label="bound" value={now?.bound && now.elbo} digits={2} />
        <Reading name="gap" label="gap" value={now?.bound && now.kl} digits={2} />
        <Reading name="place" label="place" value={now?.place} />
        <Reading name="peak" label="this start ends at" value={walk?.means.at(-1)} />
      </p>
      <figcaption>
        Drag the start along the band, then step. The band has the colour of the peak that a start there ends on.
      </figcaption>
    </figure>
  );
}

/** What is to be seen after some half rounds. */
interface Standing {
  readonly place: number;
  readonly logLikelihood: number;
  readonly elbo: number;
  readonly kl: number;
  /** That of the last E-step; absent before the first. */
  readonly bound?: (place: number) => number;
}

function standing(walk: Walk, position: number): Standing {
  const place = walk.means[Math.floor(position / 2)]!;
  if (position === 0) return { place, ...walk.steps[0]!.expectation };
  const i = Math.floor((position - 1) / 2);
  const { expectation, maximization } = walk.steps[i]!;
  return { place, ...(position % 2 === 1 ? expectation : maximization), bound: boundOf(walk, i) };
}

/** Gaps that are smaller get no name. */
const NAMED_GAP = 4;

function Bound({ bound, place, elbo, kl, logLikelihood }: Standing & { readonly bound: (place: number) => number }) {
  const curve = places(...X, 241).map((x) => [x, bound(x)]);
  const seen = curve.filter(([, y]) => y! > POINTS_Y + 5);
  return (
    <g>
      <Curve points={seen} color="var(--accent)" />
      <Note at={seen.at(-1) ?? [place, elbo]} shift={[-4, 4]} anchor="end" color="var(--accent)">
        bound
      </Note>
      <g class="gap">
        <Curve
          points={[
            [place, elbo],
            [place, logLikelihood],
          ]}
          color="var(--bad)"
        />
      </g>
      {kl > NAMED_GAP && (
        <Note at={[place, (elbo + logLikelihood) / 2]} shift={[-8, 4]} anchor="end" color="var(--bad)">
          gap
        </Note>
      )}
    </g>
  );
}
