/** Those who are to be told that a device is lost. */
const waiting = new WeakMap<GPUDevice, Set<() => void>>();

/**
 * Calls `told` when a device is lost, or soon where it already is. Returns what takes that back: the promise of the loss, which lives as long as
 * the device, has one reaction however many pictures come and go.
 */
export function onLoss(device: GPUDevice, told: () => void): () => void {
  const all = waiting.get(device) ?? watch(device);
  all.add(told);
  return () => all.delete(told);
}

function watch(device: GPUDevice): Set<() => void> {
  const all = new Set<() => void>();
  waiting.set(device, all);
  void device.lost.then(() => {
    waiting.delete(device);
    for (const told of all) told();
  });
  return all;
}
