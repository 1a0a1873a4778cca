import { MixtureModel, type MixtureParts } from 'emgpu';
import { useId, useMemo, useState } from 'preact/hooks';
import { Formula } from '../shared/formula.tsx';
import { colorOf } from '../shared/palette.ts';
import { blend, Dots, Ellipse, Handle, ON_CPU, Plane, Reading, Slider, useEngine } from './kit/index.ts';
import { Climb } from './later/climb.tsx';
import { draw } from './later/points.ts';
import { DANCE_START, DANCE_VARIANCE, DANCES, type DanceName, dances } from './later/scenes.ts';
import { StepButtons } from './later/step-buttons.tsx';
import { useDance } from './later/use-dance.ts';
import './later/later.css';

const COLORS = DANCE_START.map((_, k) => colorOf(k));
const NAMES = ['blue', 'gold', 'green'];

/** Lesson 6: E-step and M-step by turns, by hand or by themselves. */
export default function DanceLesson() {
  const [name, setName] = useState<DanceName>('Blobs');
  return (
    <>
      <p>
        Now both steps by turns. The <strong>E-step</strong> colours the points, the <strong>M-step</strong> moves the
        Gaussians to their colours. Neither knows the answer. Each only does its own part, and the pair finds the
        clouds.
      </p>
      <p>
        The log-likelihood tells how well the Gaussians explain the points. It rises with every round:
        <Formula block tex="\log L = \sum_n \log \sum_k \pi_k \, \mathcal N(x_n \mid \mu_k, \Sigma_k)" />
      </p>
      <figure class="figure">
        <Choice value={name} onChange={setName} />
        <Floor key={name} name={name} />
        <figcaption>
          Drag a mean to start elsewhere. Points take the colour of the Gaussian that they belong to.
        </figcaption>
      </figure>
      <p>
        Try a start where two means share one cloud, and see how long they take to part. Elongated clouds take some
        turning. Overlapping ones are slow, because most points are undecided and pull in all directions. Some starts
        end at a worse answer and stay there: the log-likelihood tells, and lesson 9 shows why.
      </p>
    </>
  );
}

function Choice({ value, onChange }: { readonly value: DanceName; readonly onChange: (name: DanceName) => void }) {
  const group = useId();
  return (
    <fieldset class="choice">
      <legend>Clouds</legend>
      {DANCES.map((name) => (
        <label key={name}>
          <input type="radio" name={group} checked={name === value} onChange={() => onChange(name)} />
          {name}
        </label>
      ))}
    </fieldset>
  );
}

/** The points of one choice and what dances on them. */
function Floor({ name }: { readonly name: DanceName }) {
  const { points, rows } = useMemo(() => draw(dances[name]), [name]);
  const [perSecond, setPerSecond] = useState(8);
  const dancing = useDance(points, startAt(DANCE_START), perSecond);
  const { model, shares, iteration, history, next, converged } = dancing.pose;
  const score = useEngine(() => new MixtureModel(model).evaluate(points, ON_CPU), [model, points]);
  const colors = useMemo(() => shares?.map((row) => blend(COLORS, row)), [shares]);
  const { fullCovariances } = useMemo(() => new MixtureModel(model), [model]);
  const move = (k: number, at: number[]) => dancing.restart(startAt(model.means.with(k, at)));
  return (
    <>
      <Plane x={[-5, 5]} y={[-3.2, 3.2]} label="Points, and three Gaussians that look for their clouds">
        <Dots points={rows} color={(i) => colors?.[i] ?? 'var(--soft)'} />
        {model.means.map((mean, k) => (
          <Ellipse key={NAMES[k]} mean={mean} covariance={fullCovariances[k]!} color={COLORS[k]!} />
        ))}
        {model.means.map((mean, k) => (
          <Handle key={NAMES[k]} at={mean} name={`${NAMES[k]} mean`} color={COLORS[k]!} onMove={(at) => move(k, at)} />
        ))}
      </Plane>
      <p class="readings">
        <Reading name="log-likelihood" label="log-likelihood" value={score?.logLikelihood} digits={2} />
        <Reading name="rounds" label="rounds" value={iteration} digits={0} />
        <span role="status">{converged ? 'Converged.' : ''}</span>
      </p>
      <StepButtons
        {...{ next, running: dancing.running, busy: dancing.busy }}
        {...{ onStep: dancing.step, onRun: dancing.run, onPause: dancing.pause }}
        onReset={() => dancing.restart(startAt(DANCE_START))}
      />
      <Slider
        {...{ name: 'Speed', value: perSecond, min: 1, max: 30, step: 1, onInput: setPerSecond }}
        format={(v) => `${v} / s`}
      />
      <Climb history={history} />
    </>
  );
}

/** Equal circles at these means. */
function startAt(means: readonly (readonly number[])[]): MixtureParts {
  const circle = [
    [DANCE_VARIANCE, 0],
    [0, DANCE_VARIANCE],
  ];
  return {
    ...{ nFeatures: 2, nComponents: means.length, covarianceType: 'full', means },
    weights: means.map(() => 1 / means.length),
    covariances: means.map(() => circle),
  };
}
