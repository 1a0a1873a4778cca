import type { Assignment, Backend, Statistics } from '../../../src/em/types.ts';
import { assert, assertClose, assertRejects, assertSame } from '../assert.ts';
import type { LaneCase, LaneContext } from '../types.ts';
import { cpuBackend, gpuBackend, randomFor } from './gpu.ts';
import { cutBackend, drawModel, drawWeights, MIXTURES, type Model, numbersOf } from './models.ts';

const [D, K, N] = [5, 4, 5003];

async function assign(backend: Backend, { points, scaling, pack }: Model, assignment: Assignment): Promise<Statistics> {
  const dataset = await backend.load(points, { scaling });
  try {
    return await dataset.expectation(pack(dataset.frame), { assignment });
  } finally {
    dataset.destroy();
  }
}

/** Sums over N points of numbers of size 1 in the frame: each rounded to 2⁻²⁴ of that and more, at random. */
function compare(gpu: Statistics, cpu: Statistics, what: string): void {
  assertClose([gpu.totalWeight], [cpu.totalWeight], { relative: 1e-12 }, `${what}: total weight`);
  assertClose(gpu.counts, cpu.counts, { relative: 1e-6 }, `${what}: counts`);
  // About centers that were rounded to float32.
  const first = cpu.first.map((s, i) => s + cpu.counts[Math.floor(i / D)]! * (cpu.centers[i]! - gpu.centers[i]!));
  assertClose(gpu.first, first, { relative: 1e-5, absolute: 1e-5 * N }, `${what}: first moments`);
  assertClose(gpu.second, cpu.second, { relative: 1e-5, absolute: 1e-5 * N }, `${what}: second moments`);
}

async function compareAll(context: LaneContext, type: (typeof MIXTURES)[number], weighted: boolean): Promise<void> {
  const random = randomFor(context.seed, `assignment ${type}`);
  const drawn = drawModel(type, { D, K, N, separation: 2 }, random);
  const labels = Uint32Array.from({ length: N }, () => random.below(K - 1));
  const sampleWeight = drawWeights(N, random);
  const model = weighted ? { ...drawn, points: { ...drawn.points, sampleWeight } } : drawn;
  for (const assignment of [
    { kind: 'random', seed: context.seed },
    { kind: 'labels', labels },
  ] as const) {
    const cpu = await assign(cpuBackend(), model, assignment);
    for (const backend of [gpuBackend(context), cutBackend(context, 2 ** 16)]) {
      const what = `${type}, ${assignment.kind}${weighted ? ', weighted' : ''}, seed ${context.seed}`;
      const gpu = await assign(backend, model, assignment);
      compare(gpu, cpu, what);
      assert(Number.isFinite(gpu.objective), `${what}: the objective is finite`);
      if (assignment.kind === 'random') continue;
      assert(gpu.counts[K - 1] === 0, `${what}: a component that no label names has nothing at all`);
      if (!weighted) assertSame(gpu.counts, cpu.counts, `${what}: points per label`);
    }
  }
}

const agree: readonly LaneCase[] = MIXTURES.map((type) => ({
  name: `assignments: ${type}, random ones and labels give the sums that they give in float64`,
  async run(context) {
    for (const weighted of [false, true]) await compareAll(context, type, weighted);
  },
}));

const others: readonly LaneCase[] = [
  {
    name: 'assignments: the pass after one is as if there had been none',
    async run(context) {
      const { points, scaling, pack } = drawModel('full', { D, K, N }, randomFor(context.seed, 'after an assignment'));
      const dataset = await gpuBackend(context).load(points, { scaling });
      const before = await dataset.expectation(pack(dataset.frame));
      const assignment = { kind: 'random', seed: 1 } as const;
      const once = await dataset.expectation(pack(dataset.frame), { assignment });
      assertSame(numbersOf(await dataset.expectation(pack(dataset.frame))), numbersOf(before), 'statistics');
      const again = await dataset.expectation(pack(dataset.frame), { assignment });
      assertSame(numbersOf(again), numbersOf(once), 'statistics of the same seed');
      dataset.destroy();
    },
  },
  {
    name: 'assignments: k-means, and labels that are none, are refused',
    async run(context) {
      const refused = async (kind: 'full' | 'k-means', assignment: Assignment) => {
        const model = drawModel(kind, { D: 2, K: 3, N: 100 }, randomFor(context.seed, 'refused'));
        const result = assign(gpuBackend(context), model, assignment);
        await assertRejects(result, `${kind}, ${assignment.kind}`, 'invalid-option');
      };
      await refused('k-means', { kind: 'random', seed: 1 });
      await refused('full', { kind: 'labels', labels: new Uint32Array(99) });
      await refused('full', { kind: 'labels', labels: new Uint32Array(100).fill(3) });
    },
  },
];

export const assignments: readonly LaneCase[] = [...agree, ...others];
