import { assert } from '../assert.ts';
import type { LaneCase } from '../types.ts';

const FOREVER_MS = 3_600_000;

function makeInvalidBuffer(device: GPUDevice): void {
  // MAP_READ goes only with COPY_DST: a validation error on every implementation.
  device
    .createBuffer({ label: 'invalid', size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE })
    .destroy();
}

/** A case of the self-test, with what the harness must say about it; none: it must pass. */
export interface SelfTestCase extends LaneCase {
  readonly failure?: RegExp;
}

/**
 * Cases that go wrong on purpose, in ways that a test body alone would not notice. They prove the harness, and are none
 * of the GPU cases that `expected.json` counts. `test/lanes/harness.test.ts` runs them; the lane is killed at the last but one.
 */
export const selfTestCases: readonly SelfTestCase[] = [
  {
    name: 'a thrown error',
    failure: /^Error: thrown on purpose/,
    async run() {
      throw new Error('thrown on purpose');
    },
  },
  {
    name: 'a validation error that nobody looks at',
    failure: /validation error/,
    async run({ device }) {
      makeInvalidBuffer(device);
    },
  },
  {
    name: 'a validation error that the case itself catches',
    async run({ device }) {
      device.pushErrorScope('validation');
      makeInvalidBuffer(device);
      assert(await device.popErrorScope(), 'the scope holds the error');
    },
  },
  {
    name: 'an uncaptured validation error on a device of its own',
    failure: /uncaptured error on a device of the case's own/,
    async run({ adapter }) {
      const own = await adapter.requestDevice();
      makeInvalidBuffer(own);
      await own.queue.onSubmittedWorkDone();
      // The event comes as a task of its own, on some implementations later than the promise above.
      await new Promise((resolve) => setTimeout(resolve, 300));
      own.destroy();
    },
  },
  {
    name: 'an error scope left open',
    failure: /1 error scope left open/,
    async run({ device }) {
      device.pushErrorScope('validation');
    },
  },
  {
    name: 'two buffers never destroyed',
    failure: /leaked 2 buffers, labels "first", "second"/,
    async run({ device }) {
      for (const label of ['first', 'second', 'third']) {
        const buffer = device.createBuffer({ label, size: 16, usage: GPUBufferUsage.STORAGE });
        if (label === 'third') buffer.destroy();
      }
    },
  },
  {
    name: 'a device of its own never destroyed',
    failure: /leaked 1 device, labels "forgotten"/,
    async run({ adapter }) {
      await adapter.requestDevice({ label: 'forgotten' });
    },
  },
  {
    name: 'the shared device destroyed',
    failure: /the device was lost during the case \(destroyed/,
    async run({ device }) {
      device.destroy();
    },
  },
  {
    name: 'a good case after all of these',
    async run({ device }) {
      device.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE }).destroy();
    },
  },
  {
    name: 'a case that waits for ever',
    failure: /ended/,
    async run({ log }) {
      log('waiting');
      await new Promise((resolve) => setTimeout(resolve, FOREVER_MS));
    },
  },
  {
    name: 'a case that never gives the thread back',
    failure: /no result within 2 s/,
    async run() {
      const end = Date.now() + FOREVER_MS;
      while (Date.now() < end);
    },
  },
];
