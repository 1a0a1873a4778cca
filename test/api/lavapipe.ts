import process from 'node:process';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { findLavapipe, INSTALL } from '../../scripts/drivers.mjs';
import { platform } from '../../src/backends/platform.ts';
import { GaussianMixture, type GaussianMixtureOptions, releaseBackends } from '../../src/node.ts';
import { DeviceWatch } from '../lanes/device-watch.ts';
import { requiredLanes } from '../lanes/required.ts';
import { pointsOf, TWO_GROUPS } from './data.ts';

/** What is fitted, and how. */
export const points = pointsOf(TWO_GROUPS, 500);
export const options = { nComponents: 2, init: TWO_GROUPS, maxIter: 5, tol: 0 } as const;

/** A short fit, where the options say. */
export const fitOn = (more: Partial<GaussianMixtureOptions>, data = points) =>
  new GaussianMixture({ ...options, ...more }).fit(data);

/**
 * Tests with Dawn on lavapipe, a software adapter: the only one that this process may see. Where this lane is not required, there are
 * none, and vitest.config.ts says so when the tests start.
 */
export function onLavapipe(tests: () => void): void {
  if (!requiredLanes().includes('node-lavapipe')) return;
  describe('on lavapipe', () => {
    beforeAll(async () => {
      const manifest = findLavapipe();
      if (!manifest)
        throw new Error(`No lavapipe on this machine. ${INSTALL.automatic} Elsewhere: ${INSTALL.lavapipe}`);
      // Read by the Vulkan loader when Dawn looks for adapters, which nothing has made it do so far.
      process.env.VK_DRIVER_FILES = manifest;
      process.env.VK_ICD_FILENAMES = manifest;
      const found = await (await platform().gpu())?.requestAdapter();
      expect(found?.info.description, 'the only adapter').toMatch(/llvmpipe/i);
    });
    afterAll(releaseBackends);

    tests();
  });
}

/** A device of the caller's, followed. */
export async function openDevice(): Promise<DeviceWatch> {
  const again = await (await platform().gpu())!.requestAdapter();
  return new DeviceWatch(await again!.requestDevice());
}
