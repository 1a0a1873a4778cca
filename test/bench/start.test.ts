import { expect, test } from 'vitest';
import { Budget } from '../../bench/budget.ts';
import { MeteredDevice } from '../../bench/metered-device.ts';
import type { Place } from '../../bench/place.ts';
import type { Session } from '../../bench/run.ts';
import { DEVICES, measureStart } from '../../bench/start.ts';

/** What is alive of what was made. */
interface Alive {
  devices: number;
  runs: number;
  buffers: number;
}

interface Faults {
  /** How many devices there are to be had. */
  readonly devices?: number;
  /** What no M-step is possible on: an upload, or the points of a buffer on a new device. */
  readonly broken?: 'upload' | 'new device';
}

function fakeDevice(alive: Alive): GPUDevice {
  alive.devices++;
  return {
    features: new Set(),
    limits: { maxBufferSize: 1e9 },
    queue: { writeBuffer() {}, submit() {}, async onSubmittedWorkDone() {} },
    createBuffer({ size }: GPUBufferDescriptor) {
      alive.buffers++;
      return { size, destroy: () => alive.buffers-- };
    },
    createCommandEncoder: () => ({ copyBufferToBuffer() {}, finish() {} }),
    pushErrorScope() {},
    popErrorScope: async () => null,
    destroy: () => alive.devices--,
  } as unknown as GPUDevice;
}

/** A session on a device that computes nothing, with another one for each time that somebody asks. */
function pretend({ devices = Number.POSITIVE_INFINITY, broken }: Faults) {
  const alive: Alive = { devices: 0, runs: 0, buffers: 0 };
  let left = devices;
  const requestDevice = async () => fakeDevice(alive);
  const adapter = { limits: {}, info: {}, features: new Set(), requestDevice };
  const gpu = { requestAdapter: async () => (left-- > 0 ? adapter : null) };
  const own = new MeteredDevice(fakeDevice(alive));
  class Estimator {
    constructor(readonly options: { readonly device: GPUDevice }) {}
    async start(points: object) {
      alive.runs++;
      const fails = broken === 'upload' ? 'data' in points : broken && this.options.device !== own.device;
      const model = { centers: [[0]] };
      const maximization = async () => {
        if (fails) throw new Error('no room\nfor anything');
      };
      return { model, maximization, destroy: () => alive.runs-- };
    }
  }
  const emgpu = { GaussianMixture: Estimator, KMeans: Estimator, workDone: async () => {} };
  const place = { backend: 'webgpu', surroundings: { emgpu, gpu }, device: own } as unknown as Place;
  const check = async () => ({ iterations: 1, deviation: 0, tolerance: 1 });
  const session = { bench: { place, reference: { check } }, budget: new Budget(60) } as unknown as Session;
  return { session, alive };
}

const listener = { doing() {}, first() {}, upload() {} };
/** The device of the session itself. */
const CLEAN = { devices: 1, runs: 0, buffers: 0 };

test('first iterations and an upload, and nothing of them is left', async () => {
  const { session, alive } = pretend({});
  const report = (await measureStart(session, 1000, listener))!;
  expect(report.first.map(({ kind, device }) => [kind, device!.all.length])).toEqual([
    ['full', DEVICES],
    ['diag', DEVICES],
    ['k-means', DEVICES],
  ]);
  expect(report).toMatchObject({ upload: [{ nSamples: 4000 }], skipped: [] });
  expect(alive).toEqual(CLEAN);
});

test('an upload that fails is told, and costs no other row', async () => {
  const { session, alive } = pretend({ broken: 'upload' });
  const report = (await measureStart(session, 1000, listener))!;
  expect(report.first).toHaveLength(3);
  expect(report.upload).toEqual([]);
  expect(report.skipped).toEqual([{ label: 'start: upload', reason: 'failed: no room', failed: true }]);
  expect(alive).toEqual(CLEAN);
});

test('what fails on a new device leaves neither it nor a run behind', async () => {
  const { session, alive } = pretend({ broken: 'new device' });
  const report = (await measureStart(session, 1000, listener))!;
  expect(report.first).toEqual([]);
  expect(report.skipped.map(({ failed }) => failed)).toEqual([true, true, true]);
  expect(report.upload).toHaveLength(1);
  expect(alive).toEqual(CLEAN);
});

test('an adapter that is there no more is a reason', async () => {
  const { session, alive } = pretend({ devices: DEVICES + 1 });
  const report = (await measureStart(session, 1000, listener))!;
  expect(report.first.map(({ kind }) => kind)).toEqual(['full']);
  expect(new Set(report.skipped.map(({ reason }) => reason))).toEqual(
    new Set(['failed: there is no adapter any more']),
  );
  expect(report.upload).toHaveLength(1);
  expect(alive).toEqual(CLEAN);
});
