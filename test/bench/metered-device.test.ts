import { expect, test } from 'vitest';
import { MeteredDevice } from '../../bench/metered-device.ts';

/** Of a device only what is counted: buffers, made and destroyed. */
function fakeDevice(): GPUDevice {
  const createBuffer = ({ size }: GPUBufferDescriptor) => ({ size, destroy: () => undefined });
  return { features: new Set(), createBuffer } as unknown as GPUDevice;
}

function meter() {
  const metered = new MeteredDevice(fakeDevice());
  const make = (size: number) => metered.device.createBuffer({ size, usage: 0 });
  return { metered, make };
}

test('the peak is the most that was held at one time, and a buffer that is destroyed twice counts once', () => {
  const { metered, make } = meter();
  const first = make(100);
  make(20);
  first.destroy();
  first.destroy();
  make(50);
  expect(metered.peakBytes).toBe(120);
  make(60);
  expect(metered.peakBytes).toBe(130);
});

test('what is freed late is not counted as the next row’s, neither while it is there nor when it goes', () => {
  const { metered, make } = meter();
  const before = make(1000);
  metered.openAccount();
  expect(metered.peakBytes).toBe(0);
  make(30);
  expect(metered.peakBytes).toBe(30);
  before.destroy();
  make(40);
  expect(metered.peakBytes).toBe(70);
});
