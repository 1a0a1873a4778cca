/** TensorFlow.js on WebGPU, in float32. */
import { load, versionOf } from './load.ts';
import { type Runner, serve, type Task } from './serve.ts';
import { modelOf } from './tfjs-models.ts';
import type { TensorModel } from './tfjs-types.ts';
import type { Untyped } from './untyped.ts';
import { adapterName, checkDevice, peakBytes, provideWebGPU } from './webgpu.ts';

/** Intermediates stay below this, so that each fits the 128 MiB that adapters bind at least. */
const BATCH_BYTES = 64 * 2 ** 20;
/** More rows and its matrix products ask for more workgroups than WebGPU has. */
const BATCH_ROWS = 2 ** 18;

/** The points in equal batches, on the device. */
function upload(tf: Untyped, { data, nSamples, nFeatures }: Task, width: number): Untyped[] {
  const count = Math.max(Math.ceil((4 * nSamples * width) / BATCH_BYTES), Math.ceil(nSamples / BATCH_ROWS));
  const rows = Math.ceil(nSamples / count);
  return Array.from({ length: count }, (_, i) => {
    const batch = data.subarray(i * rows * nFeatures, (i + 1) * rows * nFeatures);
    return tf.tensor2d(batch, [batch.length / nFeatures, nFeatures]);
  });
}

async function iteration(tf: Untyped, model: TensorModel, batches: Untyped[]): Promise<void> {
  let total: Untyped[] | undefined;
  for (const batch of batches) {
    const next = tf.tidy(() => {
      const sums = model.sums(batch);
      return total ? sums.map((sum, i) => tf.add(sum, total![i])) : sums;
    });
    tf.dispose(total);
    total = next;
  }
  await model.update(total!);
  tf.dispose(total);
}

async function start(task: Task): Promise<Runner> {
  provideWebGPU();
  const tf = await load<Untyped>('@tensorflow/tfjs');
  await load('@tensorflow/tfjs-backend-webgpu');
  if (!(await tf.setBackend('webgpu'))) throw new Error('TensorFlow.js found no WebGPU.');
  const trial = modelOf(tf, task);
  const batches = upload(tf, task, trial.width);
  await trial.prepare?.(batches);
  await iteration(tf, trial, batches);
  await trial.outcome();
  const model = modelOf(tf, task);
  await model.prepare?.(batches);
  return {
    version: `${versionOf('@tensorflow/tfjs')}, backend-webgpu ${tf.version['tfjs-core']}`,
    adapter: adapterName(),
    precision: 'float32',
    async iterate(count) {
      const began = performance.now();
      for (let i = 0; i < count; i++) await iteration(tf, model, batches);
      await model.outcome(); // the queue is empty when this has come
      return (performance.now() - began) / count;
    },
    outcome: () => model.outcome(),
  };
}

await serve({ start, bytes: peakBytes, check: checkDevice });
