import { GaussianMixture, MixtureModel, type MixtureParts } from 'emgpu';
import { useMemo, useState } from 'preact/hooks';
import { Formula } from '../shared/formula.tsx';
import { colorOf } from '../shared/palette.ts';
import { tellTrouble } from '../shared/trouble.tsx';
import {
  Bars,
  blend,
  Curve,
  covarianceOf,
  Dots,
  Ellipse,
  Handle,
  ON_CPU,
  Plane,
  Reading,
  toRows,
  useEngine,
} from './kit/index.ts';

const NAMES = ['blue', 'gold', 'green'];
const COLORS = NAMES.map((_, k) => colorOf(k));
const SHAPE = { covarianceType: 'full', nFeatures: 2, nComponents: 3 } as const;

const { data } = new MixtureModel({
  ...{ ...SHAPE, weights: [0.4, 0.35, 0.25] },
  means: [
    [-2, 0.6],
    [0.4, -0.7],
    [2.2, 1],
  ],
  covariances: [
    [
      [0.3, 0.2],
      [0.2, 0.3],
    ],
    [
      [0.8, -0.15],
      [-0.15, 0.15],
    ],
    [
      [0.2, 0],
      [0, 0.25],
    ],
  ],
}).sample(150, 5);
const points = { data, nFeatures: 2 };
const rows = toRows(data, 2);

const ROUND = [
  [0.4, 0],
  [0, 0.4],
];
const START: MixtureParts = {
  ...{ ...SHAPE, weights: NAMES.map(() => 1 / NAMES.length), covariances: NAMES.map(() => ROUND) },
  means: [
    [-2.8, -1.4],
    [-0.4, 1.4],
    [2.9, -1.3],
  ],
};

/** What one press of a button leaves. */
interface Stage {
  readonly model: MixtureParts;
  /** M-steps done. */
  readonly steps: number;
  /** `[N][K]`, from an E-step of these parameters. */
  readonly shares?: readonly number[][];
  /** The parameters before the last M-step. */
  readonly before?: MixtureParts;
}

type Step = (stage: Stage) => Promise<Stage>;

/** Lesson 5: one E-step, one M-step, by hand. */
export default function MStep() {
  return (
    <>
      <p>
        Now one round by hand. The <strong>E-step</strong> asks every point for its responsibilities and colours it by
        them. The <strong>M-step</strong> then gives each Gaussian the mean and the spread of the points, each counted
        by how much of it the Gaussian holds.
      </p>
      <Formula block tex="\mu_k = \frac{\sum_n r_{nk}\,x_n}{\sum_n r_{nk}}" />
      <Formula block tex="\Sigma_k = \frac{\sum_n r_{nk}\,(x_n-\mu_k)(x_n-\mu_k)^\top}{\sum_n r_{nk}}" />
      <p>
        Drag the means to a bad place first. Press E-step, then M-step, and watch the ellipses snap to their points.
      </p>
      <Figure />
      <p>
        The E-step changes no Gaussian and the M-step asks no point. Press them by turns: the log-likelihood, which says
        how well the Gaussians explain the points, goes up with every M-step and never down.
      </p>
    </>
  );
}

function Figure() {
  const [stage, setStage] = useState<Stage>({ model: START, steps: 0 });
  const { model, shares, before, steps } = stage;
  const score = useEngine(() => new MixtureModel(model).evaluate(points, ON_CPU), [model]);
  const colors = useMemo(() => shares?.map((row) => blend(COLORS, row)), [shares]);
  const take = async (step: Step) => {
    try {
      const next = await step(stage);
      // A mean may have been dragged meanwhile, or all reset.
      setStage((now) => (now === stage ? next : now));
    } catch (error) {
      tellTrouble(error);
    }
  };
  const move = (k: number, at: number[]) => setStage({ model: { ...model, means: model.means.with(k, at) }, steps });
  return (
    <figure class="figure">
      <Plane x={[-4, 4]} y={[-2.5, 2.5]} label="Points, and three Gaussians before and after the step">
        <Dots points={rows} color={(i) => colors?.[i] ?? 'var(--soft)'} opacity={shares ? 0.85 : 0.5} />
        {before && <Trace from={before} to={model} />}
        {model.means.map((mean, k) => (
          <Ellipse key={NAMES[k]} mean={mean} covariance={covarianceOf(model, k)} color={COLORS[k]!} />
        ))}
        {model.means.map((mean, k) => (
          <Handle
            {...{ key: NAMES[k]!, at: mean, name: `${NAMES[k]} mean`, color: COLORS[k]! }}
            onMove={(at) => move(k, at)}
          />
        ))}
      </Plane>
      <Steps stage={stage} onTake={take} onReset={() => setStage({ model: START, steps: 0 })} />
      <p class="readings">
        <Reading name="log-likelihood" label="Log-likelihood" value={score?.logLikelihood} digits={2} />
        <Reading name="steps" label="M-steps" value={steps} digits={0} />
      </p>
      <Bars values={model.weights} colors={COLORS} labels={NAMES} name="weight" />
      <figcaption>Bars: the weights. Dotted: where each Gaussian was before the M-step.</figcaption>
    </figure>
  );
}

interface StepsProps {
  readonly stage: Stage;
  readonly onTake: (step: Step) => void;
  readonly onReset: () => void;
}

function Steps({ stage: { shares }, onTake, onReset }: StepsProps) {
  return (
    <div class="buttons">
      <button type="button" class={shares ? '' : 'primary'} onClick={() => onTake(expect)}>
        E-step
      </button>
      <button type="button" class={shares ? 'primary' : ''} disabled={!shares} onClick={() => onTake(maximize)}>
        M-step
      </button>
      <button type="button" onClick={onReset}>
        Reset
      </button>
    </div>
  );
}

/** The Gaussians of before, and the way their means took. */
function Trace({ from, to }: { readonly from: MixtureParts; readonly to: MixtureParts }) {
  return (
    <g class="trace">
      {from.means.map((mean, k) => (
        <g key={NAMES[k]}>
          <Ellipse mean={mean} covariance={covarianceOf(from, k)} color={COLORS[k]!} sigmas={[1]} />
          <Curve points={[mean, to.means[k]!]} color={COLORS[k]!} />
        </g>
      ))}
    </g>
  );
}

async function expect({ model, steps }: Stage): Promise<Stage> {
  const shares = toRows(await new MixtureModel(model).predictProba(points, ON_CPU), NAMES.length);
  return { model, steps, shares };
}

async function maximize({ model, steps }: Stage): Promise<Stage> {
  const init = new MixtureModel(model);
  using run = await new GaussianMixture({ nComponents: NAMES.length, init, regCovar: 0, ...ON_CPU }).start(points);
  await run.maximization();
  return { model: run.model.toJSON(), steps: steps + 1, before: model };
}
