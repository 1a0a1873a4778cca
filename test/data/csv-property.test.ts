import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openDelimited } from '../../src/data/readers/csv.ts';
import { TableBuilder } from '../../src/data/table.ts';

const double = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer().map(Number));
const name = fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' });

/** A table of finite numbers and one column of any text, with everything a writer may do to it. */
const written = fc
  .record({
    width: fc.integer({ min: 1, max: 4 }),
    height: fc.integer({ min: 1, max: 30 }),
    newline: fc.constantFrom('\n', '\r\n', '\r'),
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    lastNewline: fc.boolean(),
    mark: fc.boolean(),
    chunkBytes: fc.integer({ min: 1, max: 60 }),
  })
  .chain((layout) =>
    fc.record({
      layout: fc.constant(layout),
      names: fc.uniqueArray(name, { minLength: layout.width, maxLength: layout.width, selector: (n) => n.trim() }),
      rows: fc.array(fc.array(double, { minLength: layout.width, maxLength: layout.width }), {
        minLength: layout.height,
        maxLength: layout.height,
      }),
      texts: fc.array(
        fc.string({ maxLength: 12, unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r', 'é', '😀', ' ') }),
        {
          minLength: layout.height,
          maxLength: layout.height,
        },
      ),
      quoted: fc.infiniteStream(fc.boolean()),
    }),
  );

describe('CSV, any table', () => {
  it('reads back exactly, whatever the quoting, line ends and chunks', async () => {
    await fc.assert(
      fc.asyncProperty(written, async ({ layout, names, rows, texts, quoted }) => {
        const { newline, delimiter, lastNewline, mark, chunkBytes } = layout;
        const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
        const maybe = (cell: string) => (quoted.next().value ? quote(cell) : cell);
        // The names carry a letter (a header is what is no number) and the text column stands last.
        const titles = names.map((n) => `n${n.trim()}`);
        const lines = [
          [...titles, 'text'].map(quote),
          ...rows.map((row, i) => [...row.map((x) => maybe(`${x}`)), quote(`t${texts[i]}`)]),
        ];
        const text = lines.map((line) => line.join(delimiter)).join(newline) + (lastNewline ? newline : '');
        const source = new Blob([(mark ? '\ufeff' : '') + text]);
        const file = await openDelimited(source, { name: 'any.csv', columns: titles }, delimiter, chunkBytes);
        const builder = new TableBuilder({ ...file.columns, file: 'any.csv', missing: 'error', expectedRows: 0 });
        for await (const _ of file.read(source, builder));
        const table = builder.finish();
        expect(table.points.data.length).toBe(rows.length * layout.width);
        // −0 is written as 0.
        expect(Array.from(table.points.data)).toEqual(rows.flat().map((x) => x + 0));
      }),
      { numRuns: 400 },
    );
  });
});
