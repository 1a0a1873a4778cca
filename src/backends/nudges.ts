/**
 * Waiting in Firefox, which looks for finished work on a 100 ms timer unless the queue is nudged: empty submits follow until it is done
 * (as jax-js found, `firefoxPoll.ts`), `patience` milliseconds apart at most, 16 by default.
 */
export async function nudgeUntil<T>(work: Promise<T>, device: GPUDevice, patience = 16): Promise<T> {
  let done = false;
  const nudge = async () => {
    for (let wait = 1; !done; wait = Math.min(2 * wait, patience)) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (!done) device.queue.submit([]);
    }
  };
  nudge().catch(() => {}); // a lost device is told by the work itself
  try {
    return await work;
  } finally {
    done = true;
  }
}
