/** jax-js on WebGPU, in float32. */
import { type JaxArray, type JaxModel, type Model, modelOf } from './jax-js-models.ts';
import { load, versionOf } from './load.ts';
import { type Runner, serve, type Task } from './serve.ts';
import type { Untyped } from './untyped.ts';
import { adapterName, checkDevice, peakBytes, provideWebGPU } from './webgpu.ts';

/** Intermediates stay below this: jax-js refuses what is larger than the adapter binds, 128 MiB on many. */
const BATCH_BYTES = 64 * 2 ** 20;

/** The points in equal batches, on the device. */
function upload({ numpy: np }: Untyped, { data, nSamples, nFeatures }: Task, width: number): JaxArray[] {
  const count = Math.ceil((4 * nSamples * width) / BATCH_BYTES);
  const rows = Math.ceil(nSamples / count);
  return Array.from({ length: count }, (_, i) => {
    const batch = data.slice(i * rows * nFeatures, (i + 1) * rows * nFeatures);
    return np.array(batch).reshape([batch.length / nFeatures, nFeatures]);
  });
}

/** What an array that is used again has to be passed as. */
const kept = (model: Model): Model =>
  Object.fromEntries(Object.entries(model).map(([name, array]) => [name, array.ref]));

function stepper(jax: Untyped, model: JaxModel, batches: JaxArray[]): (state: Model) => Promise<Model> {
  const sums = jax.jit(model.sums);
  const update = jax.jit(model.update);
  return async (state) => {
    let total: JaxArray[] | undefined;
    for (const batch of batches) {
      const part: JaxArray[] = sums(batch.ref, kept(state));
      total = total?.map((sum, i) => sum.add(part[i])) ?? part;
      // It frees intermediates only when a result is waited for: without this, those of all batches add up.
      if (batches.length > 1) await jax.blockUntilReady(total);
    }
    const next = update(state, total);
    return model.factorize?.(next) ?? next;
  };
}

async function start(task: Task): Promise<Runner> {
  provideWebGPU();
  await load('core-js/full/iterator/index.js'); // Node 20 has no iterator helpers, which jax-js uses
  const jax = await load<Untyped>('@jax-js/jax');
  await jax.init('webgpu');
  jax.defaultDevice('webgpu');
  const model = modelOf(jax, task);
  const step = stepper(jax, model, upload(jax, task, model.width));
  await jax.blockUntilReady(await step(await step(model.begin()))); // the second still compiles something
  let state = model.begin();
  return {
    version: versionOf('@jax-js/jax'),
    adapter: adapterName(),
    precision: 'float32',
    async iterate(count) {
      const began = performance.now();
      for (let i = 0; i < count; i++) state = await step(state);
      await jax.blockUntilReady(state);
      return (performance.now() - began) / count;
    },
    async outcome() {
      const { weights, means, covariances } = state;
      const read = (array: JaxArray) => array.ref.data();
      if (!weights) return { means: await read(means) };
      return { weights: await read(weights), means: await read(means), covariances: await read(covariances) };
    },
  };
}

await serve({ start, bytes: peakBytes, check: checkDevice });
