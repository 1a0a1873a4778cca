import { expect, it } from 'vitest';
import { openStream } from '../../src/data/stream.ts';
import { expectError } from './files.ts';
import { npy } from './tiny-npy.ts';

it('a file is not walked again once it was written to, where the source tells', async () => {
  let text = 'x,y\n1,2\n3,4\n';
  let modified = 1;
  const stream = await openStream(
    async () => {
      const blob = new Blob([text]);
      const slice = (start: number, end: number) => blob.slice(start, end);
      return { source: { size: blob.size, modified, slice }, close: async () => {} };
    },
    { name: 'a.csv' },
  );
  const walk = async () => {
    const rows: number[] = [];
    for await (const { data } of stream.chunks({ rows: 2 })) rows.push(...data);
    return rows;
  };
  expect(await walk()).toEqual([1, 2, 3, 4]);
  text = 'y,x\n1,2\n3,4\n';
  modified = 2;
  await expectError(walk(), 'stream-changed', 'a.csv', 'it was written to');
});

it('a file that is cut short while it is walked is told, and its rows are not made up', async () => {
  const bytes = new Uint8Array(
    npy({
      descr: '<f8',
      shape: [2 ** 20, 2],
      data: Float64Array.from({ length: 2 ** 21 }, (_, i) => i + 1),
    }),
  );
  let end = bytes.length;
  const source = {
    size: bytes.length,
    slice: (from: number, to: number) => new Blob([bytes.subarray(from, Math.min(to, end))]),
  };
  const walk = async () => {
    for await (const _ of (await openStream(source, { name: 'a.npy' })).chunks({ rows: 1000 })) end = bytes.length - 8;
  };
  await expectError(walk(), 'unreadable-file', 'a.npy', `it ended at byte ${bytes.length - 8}`);
});
