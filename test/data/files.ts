import { openAsBlob } from 'node:fs';
import { expect } from 'vitest';
import { type ReadTableOptions, readTable, type Table } from '../../src/data/readers/index.ts';
import { EmgpuError, type ErrorCode } from '../../src/errors.ts';

/** A file of the vega-datasets package, read from disk in slices. */
export function vegaFile(name: string): Promise<Blob> {
  return openAsBlob(new URL(`../../node_modules/vega-datasets/data/${name}`, import.meta.url).pathname);
}

/** A file of `test/reference/data`. */
export function referenceFile(name: string): Promise<Blob> {
  return openAsBlob(new URL(`../reference/data/${name}`, import.meta.url).pathname);
}

/** Reads a file that consists of `content`. */
export function read(
  name: string,
  content: string | Uint8Array<ArrayBufferLike>,
  options: Omit<ReadTableOptions, 'name'> = {},
): Promise<Table> {
  return readTable(new Blob([content as BlobPart]), { name, ...options });
}

/** The rows of a table as arrays. */
export function rowsOf({ points: { data, nFeatures } }: Table): number[][] {
  return Array.from({ length: data.length / nFeatures }, (_, i) =>
    Array.from(data.subarray(i * nFeatures, (i + 1) * nFeatures)),
  );
}

/** Expects an error with this code whose message holds all of `parts`. */
export async function expectError(work: Promise<unknown>, code: ErrorCode, ...parts: string[]): Promise<void> {
  const error = await work.then(
    () => expect.unreachable(`expected ${code}`),
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(EmgpuError);
  const { code: got, message, remedy } = error as EmgpuError;
  expect({ code: got, message }).toMatchObject({ code });
  for (const part of parts) expect(message).toContain(part);
  expect(remedy).toMatch(/^[A-Z].*\.$/);
}
