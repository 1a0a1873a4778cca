/**
 * Milliseconds per EM iteration of both backends and of scikit-learn, on the same points, cores and start, in turn.
 *
 *     npm run -s bench -- [--samples 1048576] [--features 8] [--components 16] [--rounds 5]
 *         [--kinds full,tied,diag,spherical,k-means] [--backends cpu,webgpu] [--json FILE]
 *
 * Processor time is the fairer figure on a machine that does something else at the same time. scikit-learn is looked for in
 * `$EMGPU_PYTHON`, else `python3`; without it only this library is timed. WebGPU takes whatever adapter there is.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { EmgpuError, releaseBackends } from 'emgpu/node';
import { KINDS, type Kind, makeProblem, type Problem, startRun } from './problem.ts';
import { type Rival, startScikitLearn, type Timing } from './scikit-learn.ts';

/** Iterations per timing. */
const PASSES = 3;

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: `${2 ** 20}` },
    features: { type: 'string', default: '8' },
    components: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '5' },
    kinds: { type: 'string', default: KINDS.join(',') },
    backends: { type: 'string', default: 'cpu,webgpu' },
    json: { type: 'string' },
  },
});

interface Contender {
  readonly name: string;
  /** Time of one iteration. */
  measure(): Promise<Timing>;
  end(): void;
}

async function ours(kind: Kind, backend: 'cpu' | 'webgpu', problem: Problem): Promise<Contender> {
  const run = await startRun(kind, backend, problem);
  await run.maximization(); // compiles, starts threads
  return {
    name: backend === 'cpu' ? 'emgpu cpu float64' : 'emgpu webgpu float32',
    async measure() {
      const began = performance.now();
      const processor = process.cpuUsage();
      for (let i = 0; i < PASSES; i++) await run.maximization();
      const { user, system } = process.cpuUsage(processor);
      return { elapsed: (performance.now() - began) / PASSES, processor: (user + system) / 1000 / PASSES };
    },
    end: () => run.destroy(),
  };
}

async function contendersFor(kind: Kind, problem: Problem, rival: Rival | undefined): Promise<Contender[]> {
  const list: Contender[] = [];
  for (const backend of values.backends.split(',') as ('cpu' | 'webgpu')[]) {
    try {
      list.push(await ours(kind, backend, problem));
    } catch (error) {
      if (!(error instanceof EmgpuError)) throw error;
      console.log(`${kind.padEnd(10)} emgpu ${backend} does not run: ${error.message}`);
    }
  }
  for (const dtype of rival ? (['float64', 'float32'] as const) : []) {
    list.push({ name: `scikit-learn ${dtype}`, measure: () => rival!.iteration(kind, dtype), end: () => {} });
  }
  return list;
}

/** Every round starts with another contender, so that none always runs on a warm or a cold machine. */
async function alternate(contenders: readonly Contender[], rounds: number): Promise<Record<string, Timing[]>> {
  const times: Record<string, Timing[]> = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < contenders.length; i++) {
      const { name, measure } = contenders[(round + i) % contenders.length]!;
      times[name]!.push(await measure());
    }
  }
  return times;
}

function summarize(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  return [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!].map((t) => t.toFixed(0).padStart(6)).join(' /');
}

async function main(): Promise<void> {
  const [nSamples, nFeatures, nComponents] = [+values.samples, +values.features, +values.components];
  const problem = makeProblem(nSamples, nFeatures, nComponents);
  const rival = await startScikitLearn(problem);
  const host = `${cpus()[0]?.model}, ${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)} at the start`;
  console.log(`${host}\nNode ${process.version}; ${rival?.version ?? 'no scikit-learn found'}`);
  console.log(
    `${nSamples} points × ${nFeatures} features, ${nComponents} components; ms per iteration, min / median / max:`,
  );
  console.log(`${' '.repeat(34)}elapsed                    processor time of all threads\n`);
  const report: Record<string, Record<string, Timing[]>> = {};
  for (const kind of values.kinds.split(',') as Kind[]) {
    const contenders = await contendersFor(kind, problem, rival);
    report[kind] = await alternate(contenders, +values.rounds);
    for (const { end } of contenders) end();
    for (const [name, list] of Object.entries(report[kind])) {
      const columns = (['elapsed', 'processor'] as const).map((what) => summarize(list.map((timing) => timing[what])));
      console.log(`${kind.padEnd(10)} ${name.padEnd(22)} ${columns.join('   ')}`);
    }
  }
  if (values.json) {
    writeFileSync(values.json, JSON.stringify({ host, nSamples, nFeatures, nComponents, report }, null, 2));
  }
  rival?.stop();
  await releaseBackends();
}

await main();
