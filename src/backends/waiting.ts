import { nudgeUntil } from './nudges.ts';

/**
 * How a runtime awaits `work` of a device.
 *
 * @param patience most milliseconds between two looks at a device that must be asked; default 16
 */
export type Waiting = <T>(work: Promise<T>, device: GPUDevice, patience?: number) => Promise<T>;

/** Firefox must be asked; other browsers and Deno tell when something is done, and asking would only take their time. */
let waiting: Waiting = (work, device, patience) =>
  /firefox/i.test(globalThis.navigator?.userAgent ?? '') ? nudgeUntil(work, device, patience) : work;

/** What may take long on a device is awaited by this. */
export const waitFor: Waiting = (work, device, patience) => waiting(work, device, patience);

/** `emgpu/node` names its way when it is imported. */
export function waitBy(way: Waiting): void {
  waiting = way;
}

/**
 * Resolves when a device has done all that was submitted to its queue so far, as `queue.onSubmittedWorkDone()` does, but as soon and at as little
 * cost as the runtime lets one know: Firefox by itself tells every tenth of a second, and Dawn in Node keeps a core busy for as long as it is awaited.
 *
 * @param patience most milliseconds between two looks at a device that must be asked; default 16
 */
export async function workDone(device: GPUDevice, patience?: number): Promise<void> {
  await waitFor(device.queue.onSubmittedWorkDone(), device, patience);
}
