import { waitFor } from '../waiting.ts';

/** Copies the first `size` bytes of a mappable buffer to the host. */
export async function readMapped(device: GPUDevice, buffer: GPUBuffer, size: number): Promise<ArrayBuffer> {
  await waitFor(buffer.mapAsync(0x0001, 0, size), device); // GPUMapMode.READ
  try {
    return buffer.getMappedRange(0, size).slice(0);
  } finally {
    buffer.unmap();
  }
}
