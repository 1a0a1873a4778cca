import { expect, it } from 'vitest';
import { openStream } from '../../src/data/stream.ts';
import { expectError } from './files.ts';

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
