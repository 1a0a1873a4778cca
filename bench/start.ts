import { objection } from './check.ts';
import type { Outcome } from './contender.ts';
import { destroy, makeEstimator, outcomeOf, withPoints } from './emgpu.ts';
import { openGpu, type Place } from './place.ts';
import { type Kind, makeTiled, type Tiled, tileOnHost } from './problem.ts';
import type { Reference } from './reference.ts';
import type { FirstRow, Skipped, StartReport, UploadRow } from './row.ts';
import type { Listener, Session } from './run.ts';
import { summarize } from './summary.ts';

/** Points unless another number is asked for; uploads have four times as many, so that bytes count and not calls. */
const SAMPLES = 2 ** 20;
const UPLOAD_SAMPLES = 4;
/** Shapes that no other suite has: what was compiled before in this process is not theirs. */
const SHAPES: readonly (readonly [kind: Kind, D: number, K: number])[] = [
  ['full', 7, 15],
  ['diag', 15, 15],
  ['k-means', 15, 15],
];
const UPLOAD_FEATURES = 8;
/** Timings of what can be had more than once. */
export const DEVICES = 3;
export const UPLOADS = 5;

const STORAGE = 0x0080;
const COPY_DST = 0x0008;

/** First iterations and uploads. Nothing where there is no device. */
export async function measureStart(
  { bench: { place, reference }, budget }: Session,
  nSamples: number = SAMPLES,
  { doing, first, upload }: Pick<Listener, 'doing' | 'first' | 'upload'>,
): Promise<StartReport | undefined> {
  if (!place.device) return undefined;
  const report = { first: [] as FirstRow[], upload: [] as UploadRow[], skipped: [] as Skipped[] };
  const inTime = async (label: string, sort: string, work: () => Promise<void>) => {
    const reason = budget.refusal(sort);
    if (reason) {
      report.skipped.push({ label, reason });
      return;
    }
    doing(label);
    try {
      await budget.spend(sort, work);
    } catch (error) {
      const [message] = (error as Error).message.split('\n');
      report.skipped.push({ label, reason: `failed: ${message}`, failed: true });
    }
  };
  for (const [kind, D, K] of SHAPES) {
    await inTime(`start: first iteration, ${kind}`, 'first', async () => {
      const row = await measureFirst(place, reference, kind, makeTiled(nSamples, D, K));
      report.first.push(row);
      first(row);
    });
  }
  await inTime('start: upload', 'upload', async () => {
    const row = await measureUpload(place, reference, makeTiled(UPLOAD_SAMPLES * nSamples, UPLOAD_FEATURES, 1));
    report.upload.push(row);
    upload(row);
  });
  return report;
}

async function measureFirst(place: Place, reference: Reference, kind: Kind, tiled: Tiled): Promise<FirstRow> {
  const { nSamples, block } = tiled;
  const shape = await firstIteration(place, kind, tiled);
  const [device, again]: number[][] = [[], []];
  for (let i = 0; i < DEVICES; i++) {
    const fresh = await openGpu(place.surroundings);
    if (!fresh) throw new Error('there is no adapter any more');
    try {
      device!.push((await firstIteration(fresh, kind, tiled)).ms);
      again!.push((await firstIteration(fresh, kind, tiled)).ms);
    } finally {
      fresh.device!.device.destroy();
    }
  }
  const check = await reference.check(kind, block, shape.outcome, 1);
  const reason = objection(check, false);
  return {
    ...{ kind, nSamples, nFeatures: block.nFeatures, nComponents: block.centers.length, check },
    ...(reason ? { reason } : { shape: summarize([shape.ms]), device: summarize(device!), again: summarize(again!) }),
  };
}

/** ms from points on the device to the parameters of the first M-step, and the model then. */
async function firstIteration(place: Place, kind: Kind, tiled: Tiled): Promise<{ ms: number; outcome: Outcome }> {
  const estimator = makeEstimator(place, kind, tiled.block, 1_000_000);
  return withPoints(place, tiled, async (points) => {
    const began = performance.now();
    const run = await estimator.start(points);
    try {
      await run.maximization();
      return { ms: performance.now() - began, outcome: outcomeOf(run.model) };
    } finally {
      await destroy(run);
    }
  });
}

async function measureUpload(place: Place, reference: Reference, tiled: Tiled): Promise<UploadRow> {
  const { nSamples, block } = tiled;
  const data = tileOnHost(tiled);
  const [ours, writes]: number[][] = [[], []];
  let outcome: Outcome | undefined;
  for (let round = 0; round <= UPLOADS; round++) {
    const [home, write] = [await bringHome(place, tiled, data), await writeOnce(place, data)];
    outcome = home.outcome;
    // The first compiles.
    if (round > 0) [ours!.push(home.seconds), writes!.push(write)];
  }
  const check = await reference.check('diag', block, outcome!, 1);
  const reason = objection(check, false);
  return {
    ...{ nSamples, nFeatures: block.nFeatures, bytes: data.byteLength, writeBuffer: summarize(writes!), check },
    ...(reason ? { reason } : { ours: summarize(ours!) }),
  };
}

/** Seconds until host points are where iterations begin, and the model after one. */
async function bringHome(place: Place, { block }: Tiled, data: Float32Array<ArrayBuffer>) {
  const { emgpu } = place.surroundings;
  const estimator = makeEstimator(place, 'diag', block, 1_000_000);
  const began = performance.now();
  const run = await estimator.start({ data, nFeatures: block.nFeatures });
  try {
    await emgpu.workDone(place.device!.device);
    const seconds = (performance.now() - began) / 1000;
    await run.maximization();
    return { seconds, outcome: outcomeOf(run.model) };
  } finally {
    await destroy(run);
  }
}

/** Seconds of the runtime's own way into a buffer as new as emgpu's is. */
async function writeOnce({ device, surroundings: { emgpu } }: Place, data: Float32Array<ArrayBuffer>): Promise<number> {
  const gpu = device!.device;
  const began = performance.now();
  const buffer = gpu.createBuffer({ size: data.byteLength, usage: STORAGE | COPY_DST });
  try {
    gpu.queue.writeBuffer(buffer, 0, data);
    await emgpu.workDone(gpu);
    return (performance.now() - began) / 1000;
  } finally {
    buffer.destroy();
  }
}
