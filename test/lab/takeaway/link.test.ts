import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withKind } from '../../../demo/models/kinds.ts';
import { DEFAULT_STATE, type LinkedState, linkOf, stateOf } from '../../../demo/takeaway/link.ts';

const name = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });
const seed = fc.maxSafeNat();
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0);
const positive = fc.double({ noNaN: true, noDefaultInfinity: true, min: Number.MIN_VALUE });

const data: fc.Arbitrary<LinkedState['data']> = fc.oneof(
  fc.record({ kind: fc.constant('sample' as const), id: fc.constantFrom('faithful', 'iris', 'flights') }),
  fc.record({
    kind: fc.constant('generated' as const),
    id: fc.constantFrom('round', 'elongated', 'overlapping', 'unequal', 'rings', 'far-apart'),
    n: fc.integer({ min: 100, max: 10_000_000 }),
    seed,
  }),
  fc.record({ kind: fc.constant('file' as const), name }),
);

const preparation = fc
  .uniqueArray(name, { minLength: 1, maxLength: 5 })
  .chain((columns) =>
    fc.record({ columns: fc.constant(columns), standardize: fc.boolean(), log: fc.subarray(columns) }),
  );

const model = fc
  .record(
    {
      kind: fc.constantFrom(
        ...(['k-means', 'soft-k-means', 'full', 'tied', 'diag', 'spherical', 'tied-diag', 'tied-spherical'] as const),
      ),
      k: fc.integer({ min: 1, max: 1024 }),
      init: fc.constantFrom('k-means++', 'k-means', 'random-from-data', 'random'),
      seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      tol: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
      restarts: fc.integer({ min: 1, max: 1000 }),
      backend: fc.constantFrom('auto', 'webgpu', 'cpu'),
      softness: fc.double({ noNaN: true, min: 1e-3, max: 10 }),
    },
    { requiredKeys: ['kind', 'k', 'init', 'seed', 'tol', 'restarts', 'backend'] },
  )
  .map((choice) => withKind(choice, choice.kind)) as fc.Arbitrary<LinkedState['models'][number]>;

const view = (K: number): fc.Arbitrary<LinkedState['view']> =>
  fc.record(
    {
      plane: fc.oneof(
        fc.constant('principal' as const),
        fc.tuple(fc.integer({ min: 0, max: 127 }), fc.integer({ min: 0, max: 127 })),
      ),
      color: fc.constantFrom('responsibility', 'uncertainty', 'plain'),
      isolated: fc.integer({ min: 0, max: K - 1 }),
      contours: fc.boolean(),
      pairs: fc.boolean(),
      camera: fc.record({ x: finite, y: finite, width: positive, height: positive }),
    },
    { requiredKeys: ['plane', 'color', 'contours', 'pairs'] },
  ) as fc.Arbitrary<LinkedState['view']>;

const state: fc.Arbitrary<LinkedState> = fc.array(model, { minLength: 1, maxLength: 2 }).chain((models) =>
  fc.record({
    data,
    preparation: fc.option(preparation, { nil: undefined }),
    models: fc.constant(models),
    view: view(Math.max(...models.map(({ k }) => k))),
  }),
);

describe('a link', () => {
  test('restores every state', () => {
    fc.assert(
      fc.property(state, (one) => {
        expect(stateOf(linkOf(one))).toEqual(one);
      }),
      { numRuns: 200 },
    );
  });

  test('is a hash of characters that links may hold', () => {
    fc.assert(
      fc.property(state, (one) => {
        expect(linkOf(one)).toMatch(/^#[\w.,=&%!~*'()+-]+$/);
      }),
    );
  });

  test('is readable, and says only what differs from where the Lab starts', () => {
    expect(linkOf(DEFAULT_STATE)).toBe('#data=faithful&model=full&k=2&seed=0');
    const [usual] = DEFAULT_STATE.models;
    const compared: LinkedState = {
      data: { kind: 'generated', id: 'elongated', n: 1_000_000, seed: 0 },
      preparation: { columns: ['x', 'y'], standardize: true, log: [] },
      models: [
        { ...usual, kind: 'k-means', k: 3, init: 'random' },
        { ...usual, k: 3 },
      ],
      view: { ...DEFAULT_STATE.view, color: 'uncertainty' },
    };
    expect(linkOf(compared)).toBe(
      '#data=elongated&n=1000000&columns=x,y&standardize=yes&model=k-means,full&k=3&seed=0&init=random,k-means%2B%2B&color=uncertainty',
    );
  });

  test('holds no more of a file than its name', () => {
    const file = new File(['x\n1'], 'my, data & more.csv');
    const hash = linkOf({ ...DEFAULT_STATE, data: { kind: 'file', file } });
    expect(stateOf(hash).data).toEqual({ kind: 'file', name: 'my, data & more.csv' });
  });

  test('holds a name that is no well-formed text', () => {
    const hash = linkOf({ ...DEFAULT_STATE, data: { kind: 'file', name: 'a\ud800b.csv' } });
    expect(stateOf(hash).data).toEqual({ kind: 'file', name: 'a\ufffdb.csv' });
  });
});

describe('nonsense', () => {
  test('never throws and gives a state that a link can hold', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webFragments(),
      fc
        .array(fc.constantFrom('data', 'model', 'k', '=', '&', ',', '%', '#', '1e999', '-1', 'file'), { maxLength: 30 })
        .map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, (hash) => {
        const found = stateOf(hash);
        expect(stateOf(linkOf(found))).toEqual(found);
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    ['', DEFAULT_STATE],
    ['#', DEFAULT_STATE],
    ['#data=moon&model=cubic&k=0&seed=-1&tol=NaN&restarts=1.5&backend=abacus', DEFAULT_STATE],
    ['#plane=1,x&color=red&isolated=7&contours=perhaps&camera=0,0,1,0', DEFAULT_STATE],
    ['#data=%E0%A4%A&k=2', DEFAULT_STATE],
  ])('%s is where the Lab starts', (hash, expected) => {
    expect(stateOf(hash)).toEqual(expected);
  });

  test('one bad value leaves the others', () => {
    const [found] = stateOf('#data=iris&model=diag&k=three&seed=7').models;
    expect(found).toMatchObject({ kind: 'diag', k: 2, seed: 7 });
  });
});
