import { webStore } from '../../../src/backends/web-store.ts';
import { createGpuBackend, type GpuBackendOptions } from '../../../src/backends/webgpu/backend.ts';
import { isSoftware } from '../../../src/backends/webgpu/device.ts';
import {
  adapterKey,
  type Choices,
  choiceKey,
  formatTuning,
  parseTuning,
} from '../../../src/backends/webgpu/tuning-file.ts';
import type { Statistics } from '../../../src/em/types.ts';
import { gaussianFamily } from '../../../src/families/gaussian.ts';
import { kMeansFamily } from '../../../src/families/k-means.ts';
import { poissonFamily } from '../../../src/families/poisson.ts';
import { assert, assertEqual, assertSame } from '../assert.ts';
import type { LaneCase, LaneContext } from '../types.ts';
import { countCompilations, drawSample, gpuBackend, randomFor } from './gpu.ts';
import { drawModel, drawWeights, type Model } from './models.ts';
import { drawCounts } from './poisson.ts';

type Kind = 'full' | 'tied' | 'diag' | 'spherical' | 'k-means';

const STAGES: Record<Kind, readonly [expectation: string, moments: string]> = {
  full: ['log-density-full', 'moments-full'],
  tied: ['log-density-tied', 'moments-full'],
  diag: ['log-density-diag', 'moments-diag'],
  spherical: ['log-density-diag', 'moments-diag'],
  'k-means': ['assign', 'update'],
};

/** Points per invocation and components side by side: each of the former with one of the latter. */
const VARIANTS = [
  [1, 1],
  [2, 4],
  [4, 16],
  [8, 64],
] as const;

const D = 6;
const K = 20;

/** A cache that is seen into. */
function openCache(text?: string) {
  const cache = {
    text,
    writes: 0,
    read: async () => cache.text,
    async write(_: string, next: string) {
      cache.text = next;
      cache.writes++;
    },
  };
  return cache;
}

/** Points on the lane's device, tuned as the cache says, and parameters of a kind for them. */
async function load(
  { device, adapter, seed }: Pick<LaneContext, 'device' | 'adapter' | 'seed'>,
  kind: Kind,
  cache: ReturnType<typeof openCache>,
  N = 5003,
) {
  const type = kind === 'k-means' ? 'spherical' : kind;
  const { points, start } = drawSample({ type, D, K, N, separation: 2 }, randomFor(seed, `tuning ${kind}`));
  const options = { device, info: adapter.info, reason: 'test', owned: false, cache, tuneFrom: 0 };
  const gaussian = gaussianFamily({ covarianceType: type, regCovar: 1e-6 });
  const scaling = kind === 'k-means' ? kMeansFamily.scaling : gaussian.scaling;
  const dataset = await createGpuBackend(options).load(points, { scaling, tune: true });
  const inFrame = gaussian.toFrame(start, dataset.frame);
  const centers = { nClusters: K, centers: inFrame.means };
  const parameters =
    kind === 'k-means' ? kMeansFamily.pack(centers, dataset.frame) : gaussian.pack(inFrame, dataset.frame);
  return { dataset, parameters };
}

const sums = ({ objective, counts, first, second }: Statistics) => [objective, ...counts, ...first, ...second];

const sameBits: readonly LaneCase[] = (Object.keys(STAGES) as Kind[]).map((kind) => ({
  name: `tuning: ${kind}, the same bits in every variant`,
  async run(context) {
    let expected: { statistics: number[]; labels: Uint32Array } | undefined;
    for (const [points, across] of VARIANTS) {
      const [expectation, moments] = STAGES[kind];
      const choices = { [choiceKey(expectation, D, K)]: points, [choiceKey(moments, D, K)]: across };
      const cache = openCache(formatTuning({ [adapterKey(context.adapter.info)!]: choices }));
      const compiled = countCompilations(context.device);
      const { dataset, parameters } = await load({ ...context, device: compiled.device }, kind, cache);
      const statistics = sums(await dataset.expectation(parameters));
      const labels = await dataset.read('labels', parameters);
      dataset.destroy();
      assert(compiled.labels.includes(`${expectation} ${D} ${points}`), `${compiled.labels} with ${points} points`);
      expected ??= { statistics, labels };
      assertSame(statistics, expected.statistics, `statistics with ${points} points, ${across} across`);
      assertSame([...labels], [...expected.labels], `labels with ${points} points`);
    }
  },
}));

/** The sums of a pass in the variant that `choices` remember, after which a stage whose label begins like this must have been compiled. */
async function sumsIn(
  context: LaneContext,
  choices: Choices,
  label: string,
  { points, scaling, pack }: Model,
  options: Partial<GpuBackendOptions> = {},
): Promise<number[]> {
  const cache = openCache(formatTuning({ [adapterKey(context.adapter.info)!]: choices }));
  const { device, labels } = countCompilations(context.device);
  const dataset = await gpuBackend({ ...context, device }, { cache, ...options }).load(points, { scaling, tune: true });
  const statistics = sums(await dataset.expectation(pack(dataset.frame)));
  dataset.destroy();
  assert(
    labels.some((one) => `${one} `.startsWith(`${label} `)),
    `${labels}, and not ${label}`,
  );
  return statistics;
}

const poissonBits: LaneCase = {
  name: 'tuning: poisson, the same bits in every variant',
  lanes: ['node-lavapipe', 'node-swiftshader'],
  async run(context) {
    const { points, start } = drawCounts({ D, K, N: 5003, level: 30 }, randomFor(context.seed, 'tuning poisson'));
    const family = poissonFamily();
    const pack: Model['pack'] = (frame) => family.pack(family.toFrame(start, frame), frame);
    let expected: number[] | undefined;
    for (const [atOnce, across] of VARIANTS) {
      const choices = { [choiceKey('log-density-poisson', D, K)]: atOnce, [choiceKey('moments-diag', D, K)]: across };
      const label = `log-density-poisson ${D} ${atOnce}`;
      const statistics = await sumsIn(context, choices, label, { points, scaling: family.scaling, pack });
      expected ??= statistics;
      assertSame(statistics, expected, `statistics with ${atOnce} points, ${across} across, seed ${context.seed}`);
    }
  },
};

/** Lean passes in one stage and in two. */
const LEAN = [
  { kind: 'full', D: 6, K: 5, stage: 'lean-full', rungs: [1, 2, 4] },
  { kind: 'full', D: 9, K: 5, stage: 'lean-density-full', rungs: [1, 2, 4, 8] },
  { kind: 'diag', D: 6, K: 5, stage: 'lean-diag', rungs: [1, 2, 4] },
  { kind: 'diag', D: 3, K: 150, stage: 'lean-density-diag', rungs: [1, 2, 4, 8] },
  { kind: 'tied', D: 6, K: 5, stage: 'lean-diag+TIED', rungs: [1, 2, 4] },
  { kind: 'k-means', D: 6, K: 5, stage: 'lean-k-means', rungs: [1, 2] },
] as const;

type LeanModel = (typeof LEAN)[number];

async function compareLean(
  context: LaneContext,
  { kind, D, K, stage, rungs }: LeanModel,
  weighted: boolean,
): Promise<void> {
  const random = randomFor(context.seed, `tuning ${stage}`);
  const model = drawModel(kind, { D, K, N: 5003, separation: 2 }, random);
  const points = weighted ? { ...model.points, sampleWeight: drawWeights(5003, random) } : model.points;
  const name = `${stage.replace('+', ' ')}${weighted ? ' WEIGHTED' : ''}`;
  let expected: number[] | undefined;
  for (const atOnce of rungs) {
    const choices = { [choiceKey(stage, D, K)]: atOnce };
    const label = `${name} ${D} ${atOnce}`;
    const statistics = await sumsIn(context, choices, label, { ...model, points }, { leanFrom: 0 });
    expected ??= statistics;
    assertSame(statistics, expected, `${name}, statistics with ${atOnce} points, seed ${context.seed}`);
  }
}

const leanBits: LaneCase = {
  name: 'tuning: lean stages, the same bits in every variant',
  lanes: ['node-lavapipe', 'node-swiftshader'],
  async run(context) {
    // Software takes seconds to compile each, and lavapipe half a minute for sums of a tile: there the seed draws one stage, another in each lane.
    const [some, shift] = context.lane === 'node-lavapipe' ? [LEAN.filter(({ D }) => D <= 8), 0] : [LEAN, 3];
    const drawn = isSoftware(context.adapter.info) ? [some[(context.seed + shift) % some.length]!] : LEAN;
    for (const [i, model] of drawn.entries()) await compareLean(context, model, (context.seed + i) % 2 === 1);
  },
};

const remembered: readonly LaneCase[] = [
  {
    name: 'tuning: variants are timed once, and the fastest is remembered',
    async run(context) {
      const cache = openCache('not a cache');
      const first = countCompilations(context.device);
      const keys = [choiceKey('log-density-diag', D, K), choiceKey('moments-diag', D, K)];
      const found = () => keys.map((key) => parseTuning(cache.text)[adapterKey(context.adapter.info)!]?.[key]);
      let after: Statistics | undefined;
      // On a busy machine time may run out before all is known: the next process tries the rest.
      for (let attempt = 0; attempt < 5 && found().includes(undefined); attempt++) {
        const { writes } = cache;
        const tried = await load({ ...context, device: first.device }, 'diag', cache, 20_000);
        for (let pass = 0; pass < 60 && cache.writes === writes; pass++) {
          await tried.dataset.expectation(tried.parameters);
        }
        after = await tried.dataset.expectation(tried.parameters);
        tried.dataset.destroy();
      }
      const { writes } = cache;
      const [points, across] = found();
      assert(points !== undefined && [1, 2, 4, 8].includes(points), `${cache.text}`);
      assert(across !== undefined, `${cache.text}`);
      assert(first.labels.filter((label) => label.startsWith('log-density-diag')).length > 1, `${first.labels}`);

      const second = countCompilations(context.device);
      const known = await load({ ...context, device: second.device }, 'diag', cache, 20_000);
      for (let pass = 0; pass < 4; pass++) await known.dataset.expectation(known.parameters);
      const again = await known.dataset.expectation(known.parameters);
      known.dataset.destroy();
      assertEqual(cache.writes, writes, 'writes');
      const expected = `log-density-diag ${D} ${points}`;
      assertEqual(
        `${second.labels.filter((label) => label.startsWith('log-density'))}`,
        expected,
        'compiled from then on',
      );
      assertSame(sums(again), sums(after!), 'statistics');
      context.log(`${points} points per invocation`);
    },
  },
  {
    name: 'tuning: nothing is timed or remembered where it is turned off',
    async run(context) {
      const { points, start } = drawSample({ type: 'diag', D, K, N: 5003 }, randomFor(context.seed, 'not tuned'));
      const family = gaussianFamily({ covarianceType: 'diag', regCovar: 1e-6 });
      const cache = openCache(formatTuning({ [adapterKey(context.adapter.info)!]: { 'log-density-diag D6 K32': 1 } }));
      const { device, labels } = countCompilations(context.device);
      const options = { device, info: context.adapter.info, reason: 'test', owned: false, cache, tuneFrom: 0 };
      const dataset = await createGpuBackend(options).load(points, { scaling: family.scaling, tune: false });
      const parameters = family.pack(family.toFrame(start, dataset.frame), dataset.frame);
      for (let pass = 0; pass < 5; pass++) await dataset.expectation(parameters);
      dataset.destroy();
      assertEqual(`${labels.filter((label) => label.startsWith('log-density'))}`, 'log-density-diag 6 4', 'compiled');
      assertEqual(cache.writes, 0, 'writes');
    },
  },
];

/** Of lean passes, too: of a mixture, and of k-means. */
const timedLean: readonly LaneCase[] = (
  [
    { kind: 'diag', stage: 'lean-diag', rungs: [1, 2, 4] },
    { kind: 'k-means', stage: 'lean-k-means', rungs: [1, 2] },
  ] as const
).map(({ kind, stage, rungs }) => ({
  name: `tuning: lean passes of ${kind} are timed, and the fastest variant is remembered`,
  lanes: ['node-lavapipe', 'node-swiftshader'],
  async run(context: LaneContext) {
    const model = drawModel(kind, { D, K: 5, N: 20_003, separation: 2 }, randomFor(context.seed, 'lean tuning'));
    const cache = openCache();
    const compiled = countCompilations(context.device);
    const backend = gpuBackend({ ...context, device: compiled.device }, { cache, leanFrom: 0, tuneFrom: 0 });
    const seen: number[][] = [];
    // On a busy machine time may run out before all is known: the next dataset tries again.
    for (let attempt = 0; attempt < 3 && cache.writes === 0; attempt++) {
      const dataset = await backend.load(model.points, { scaling: model.scaling, tune: true });
      const parameters = model.pack(dataset.frame);
      const pass = async () => sums(await dataset.expectation(parameters));
      seen.push(await pass());
      // However quick passes are, variants have to be compiled meanwhile.
      const deadline = performance.now() + 12_000;
      let last = seen[0]!;
      while (cache.writes === 0 && performance.now() < deadline) last = await pass();
      seen.push(last, await pass());
      dataset.destroy();
    }
    const points = parseTuning(cache.text)[adapterKey(context.adapter.info)!]?.[choiceKey(stage, D, 5)];
    assert(points !== undefined && rungs.some((rung) => rung === points), `${cache.text}`);
    assert(compiled.labels.filter((label) => label.startsWith(stage)).length > 1, `${compiled.labels}`);
    for (const [i, some] of seen.entries())
      assertSame(some, seen[0]!, `statistics before, during and after trials: ${i}`);
    context.log(`${points} points at once`);
  },
}));

const browsers: readonly LaneCase[] = [
  {
    name: 'tuning: IndexedDB keeps texts',
    lanes: ['chromium', 'firefox'],
    async run({ seed }) {
      await webStore().write('test.json', `${seed}`);
      assertEqual(await webStore().read('test.json'), `${seed}`, 'what was written');
      assertEqual(await webStore().read('other.json'), undefined, 'what was not');
    },
  },
];

export const tuning: readonly LaneCase[] = [
  ...sameBits,
  poissonBits,
  leanBits,
  ...remembered,
  ...timedLean,
  ...browsers,
];
