import { waitFor } from '../waiting.ts';

/**
 * Awaits something the queue does. Firefox looks for finished work on a 100 ms timer unless the queue is nudged, so empty
 * submits follow until it is done (as jax-js found, `firefoxPoll.ts`), `patience` milliseconds apart at most.
 */
export async function settled(device: GPUDevice, work: Promise<unknown>, patience = 16): Promise<void> {
  let done = false;
  const nudge = async () => {
    for (let wait = 1; !done; wait = Math.min(2 * wait, patience)) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (!done) device.queue.submit([]);
    }
  };
  nudge().catch(() => {}); // a lost device is told by the work itself
  try {
    await waitFor(work);
  } finally {
    done = true;
  }
}

/** Copies the first `size` bytes of a mappable buffer to the host. */
export async function readMapped(device: GPUDevice, buffer: GPUBuffer, size: number): Promise<ArrayBuffer> {
  await settled(device, buffer.mapAsync(0x0001, 0, size)); // GPUMapMode.READ
  try {
    return buffer.getMappedRange(0, size).slice(0);
  } finally {
    buffer.unmap();
  }
}
