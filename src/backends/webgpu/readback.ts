/**
 * Awaits something the queue does. Firefox looks for finished work on a 100 ms timer unless the queue is nudged, so empty
 * submits follow until it is done (as jax-js found, `firefoxPoll.ts`).
 */
export async function settled(device: GPUDevice, work: Promise<unknown>): Promise<void> {
  let done = false;
  const nudge = async () => {
    for (let wait = 1; !done; wait = Math.min(2 * wait, 16)) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (!done) device.queue.submit([]);
    }
  };
  void nudge();
  try {
    await work;
  } finally {
    done = true;
  }
}

/** Copies the first `size` bytes of a mappable buffer to the host. */
export async function readMapped(device: GPUDevice, buffer: GPUBuffer, size: number): Promise<ArrayBuffer> {
  await settled(device, buffer.mapAsync(0x0001, 0, size)); // GPUMapMode.READ
  const copy = buffer.getMappedRange(0, size).slice(0);
  buffer.unmap();
  return copy;
}
