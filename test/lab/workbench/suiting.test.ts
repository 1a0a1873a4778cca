import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ViewChoice } from '../../../demo/models/choices.ts';
import { fresh, preparationFor, viewFor } from '../../../demo/workbench/suiting.ts';

const view: ViewChoice = { plane: [0, 1], color: 'responsibility', contours: false, pairs: false };

test('a view of two columns and more shows two different ones of them', () => {
  const column = fc.integer({ min: 0, max: 9 });
  fc.assert(
    fc.property(fc.tuple(column, column), fc.integer({ min: 1, max: 10 }), fc.boolean(), (plane, D, pairs) => {
      const { plane: shown, pairs: paired } = viewFor({ ...view, plane, pairs }, D);
      const [across, up] = shown as readonly [number, number];
      expect(Math.max(across, up)).toBeLessThan(D);
      expect(across === up).toBe(D === 1);
      if (plane[0] !== plane[1] && Math.max(...plane) < D) expect(shown).toEqual(plane);
      expect(paired).toBe(pairs && D > 2 && D <= 6);
    }),
  );
  // As after one column alone.
  expect(viewFor({ ...view, plane: [0, 0] }, 2).plane).toEqual([0, 1]);
  expect(viewFor({ ...view, plane: 'principal' }, 2).plane).toEqual([0, 1]);
  expect(viewFor({ ...view, plane: 'principal' }, 3).plane).toBe('principal');
});

test('other points are seen whole, and all of their components', () => {
  expect(fresh({ ...view, isolated: 1, camera: { x: 0, y: 0, width: 1, height: 1 } })).toEqual(view);
});

test('columns that are wanted are taken as far as the table has them', () => {
  const table = { name: 't', columns: ['a', 'b', 'c'], suggested: ['a', 'b'], nRows: 3 } as Parameters<
    typeof preparationFor
  >[0];
  const wanted = { columns: ['c', 'z'], standardize: true, log: ['c', 'z'] };
  expect(preparationFor(table, wanted)).toEqual({ columns: ['c'], standardize: true, log: ['c'] });
  expect(preparationFor(table, { ...wanted, columns: ['z'] }).columns).toEqual(['a', 'b']);
  expect(preparationFor(table, undefined)).toEqual({ columns: ['a', 'b'], standardize: false, log: [] });
});
