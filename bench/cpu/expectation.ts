/**
 * Milliseconds per iteration of the CPU backend and of scikit-learn, on the same points, cores and start, in turn.
 *
 *     npx tsx bench/cpu/expectation.ts [--samples 1048576] [--features 8] [--components 16] [--rounds 5]
 *         [--kinds full,diag,…] [--json FILE]
 *
 * Processor time is the fairer figure on a machine that does something else at the same time.
 * scikit-learn is looked for in `$EMGPU_PYTHON`, else `python3`; without it only this library is timed.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import type { Dataset, KernelKind } from '../../src/em/types.ts';
import { bundleNodeWorker } from '../../test/cpu/node-workers.ts';
import { makePoints, startParameters } from './problem.ts';
import { type Rival, startScikitLearn, type Timing } from './scikit-learn.ts';

const PASSES = 3;

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: `${2 ** 20}` },
    features: { type: 'string', default: '8' },
    components: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '5' },
    kinds: { type: 'string', default: 'full,tied,diag,spherical,k-means' },
    json: { type: 'string' },
  },
});
const [nSamples, nFeatures, nComponents, rounds] = [
  Number(values.samples),
  Number(values.features),
  Number(values.components),
  Number(values.rounds),
] as const;

const { data, start } = makePoints(nSamples, nFeatures, nComponents);
const concurrency = availableParallelism();
const backend = createCpuBackend({ spawn: await bundleNodeWorker('bench-cpu-worker'), concurrency });
const dataset = await backend.load({ data, nFeatures }, { scaling: 'isotropic' });
const rival = await startScikitLearn(data, start, nSamples, nFeatures, nComponents);
const host = `${cpus()[0]?.model}, ${concurrency} cores, load ${loadavg()[0]!.toFixed(1)} at the start`;
console.log(`${host}\nNode ${process.version}; ${rival?.version ?? 'no scikit-learn found'}`);
console.log(
  `${nSamples} points × ${nFeatures} features, ${nComponents} components; ms per iteration, min / median / max:\n` +
    `${' '.repeat(34)}elapsed                    processor time of all threads\n`,
);

const report: Record<string, Record<string, Timing[]>> = {};
for (const kind of values.kinds.split(',') as KernelKind[]) {
  const contenders = contendersFor(kind, dataset, rival);
  const times: Record<string, Timing[]> = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  // Every round starts with another contender, so that none always runs on a warm or a cold machine.
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < contenders.length; i++) {
      const { name, measure } = contenders[(round + i) % contenders.length]!;
      times[name]!.push(await measure());
    }
  }
  report[kind] = times;
  for (const [name, list] of Object.entries(times)) {
    const columns = (['elapsed', 'processor'] as const).map((what) => summarize(list.map((timing) => timing[what])));
    console.log(`${kind.padEnd(10)} ${name.padEnd(22)} ${columns.join('   ')}`);
  }
}
if (values.json)
  writeFileSync(values.json, JSON.stringify({ host, nSamples, nFeatures, nComponents, report }, null, 2));
backend.destroy();
rival?.stop();

/** Who is timed for a kind; each `measure` returns milliseconds per iteration. */
function contendersFor(kind: KernelKind, points: Dataset, other: Rival | undefined) {
  const parameters = startParameters(kind, start, points.frame, nComponents);
  const ours = async () => {
    await points.expectation(parameters);
    const began = performance.now();
    const processor = process.cpuUsage();
    for (let i = 0; i < PASSES; i++) await points.expectation(parameters);
    const { user, system } = process.cpuUsage(processor);
    return { elapsed: (performance.now() - began) / PASSES, processor: (user + system) / 1000 / PASSES };
  };
  const theirs = (['float64', 'float32'] as const).map((dtype) => ({
    name: `scikit-learn ${dtype}`,
    measure: () => other!.iteration(kind, dtype),
  }));
  return [{ name: 'emgpu float64', measure: ours }, ...(other ? theirs : [])];
}

function summarize(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  return [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!].map((t) => t.toFixed(0).padStart(6)).join(' /');
}
