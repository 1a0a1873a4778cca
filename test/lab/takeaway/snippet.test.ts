import { describe, expect, test } from 'vitest';
import { DEFAULT_STATE, type LinkedState } from '../../../demo/takeaway/link.ts';
import { nameList, shellWord } from '../../../demo/takeaway/quoting.ts';
import { snippetOf } from '../../../demo/takeaway/snippet.ts';

const [usual] = DEFAULT_STATE.models;
const columns = ['eruptions', 'waiting'];
const facts = { stiffness: () => 1 };
const plain = { columns, standardize: false, log: [] };
/** A file of the visitor's own, from which code has to take columns. */
const own: LinkedState = { ...DEFAULT_STATE, data: { kind: 'file', name: 'faithful.csv' }, preparation: plain };

describe('the command', () => {
  const commandOf = (change: Partial<LinkedState>, file = 'faithful.csv') =>
    snippetOf({ ...own, ...change }, file, facts).command;

  test('says only what differs from the defaults', () => {
    expect(commandOf({})).toBe(
      'npx emgpu fit faithful.csv --columns eruptions,waiting --components 2 --missing drop --out model.json',
    );
  });

  test('has every option that was chosen', () => {
    const model = { kind: 'tied-diag', k: 5, init: 'random', seed: 3, tol: 0, restarts: 20, backend: 'cpu' } as const;
    expect(commandOf({ models: [model] })).toBe(
      'npx emgpu fit faithful.csv --columns eruptions,waiting --components 5 --covariance tied-diag --init random --restarts 20 --seed 3 --tol 0 --backend cpu --missing drop --out model.json',
    );
  });

  test('of two models is two lines with a file each', () => {
    const models = [{ ...usual, kind: 'k-means' as const, k: 3, init: 'random' as const }, usual];
    expect(commandOf({ models })?.split('\n')).toEqual([
      'npx emgpu kmeans faithful.csv --columns eruptions,waiting --clusters 3 --init random --missing drop --out model-1.json',
      'npx emgpu fit faithful.csv --columns eruptions,waiting --components 2 --missing drop --out model-2.json',
    ]);
  });

  test.each([
    { kind: 'sample', id: 'flights' },
    { kind: 'generated', id: 'rings', n: 100, seed: 0 },
  ] as const)('takes points of the Lab as they were saved, prepared: $id', (data) => {
    const preparation = { columns, standardize: true, log: ['waiting'] };
    expect(commandOf({ data, preparation }, 'points.csv')).toBe(
      'npx emgpu fit points.csv --components 2 --out model.json',
    );
  });

  test('quotes what a shell would take apart', () => {
    const preparation = { ...plain, columns: ['a,b', 'the "c"', "d's"] };
    expect(commandOf({ preparation }, "-it's mine.csv")).toContain(
      `fit './-it'\\''s mine.csv' --columns '"a,b","the ""c""",d'\\''s' `,
    );
  });

  test.each([
    ['standardized columns', { preparation: { ...plain, standardize: true } }, /transformed/],
    ['logarithms', { preparation: { ...plain, log: ['waiting'] } }, /transformed/],
    ['soft k-means', { models: [{ ...usual, kind: 'soft-k-means' as const }] }, /soft k-means/],
    ['names with spaces around them', { preparation: { ...plain, columns: [' a'] } }, /space/],
  ])('does not exist for %s, and one sentence says why', (_, change, why) => {
    const { command, remarks } = snippetOf({ ...own, ...change }, 'faithful.csv', facts);
    expect(command).toBeUndefined();
    expect(remarks).toEqual([expect.stringMatching(why)]);
  });
});

describe('quoting', () => {
  test.each([
    ['plain.csv', 'plain.csv'],
    ['a b', "'a b'"],
    ['$(rm)', "'$(rm)'"],
    ['', "''"],
  ])('%s for a shell', (text, expected) => {
    expect(shellWord(text)).toBe(expected);
  });

  test('names are a line of CSV', () => {
    expect(nameList(['a', 'b,c', 'd"e'])).toBe('a,"b,c","d""e"');
  });
});
