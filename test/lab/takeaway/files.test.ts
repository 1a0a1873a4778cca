import { expect, test } from 'vitest';
import { sourceFile, stemOf } from '../../../demo/takeaway/file-names.ts';
import { modelFile } from '../../../demo/takeaway/model-file.ts';
import { pointsCsv } from '../../../demo/takeaway/points-csv.ts';
import { MixtureModel, modelFromJSON, readTable } from '../../../src/index.ts';

test.each([
  ['Old Faithful', 'old-faithful'],
  ['3 million flights', '3-million-flights'],
  ['../my data (2).csv', 'my-data-2'],
  ['Größe.parquet', 'größe'],
  ['***', 'emgpu'],
])('files of "%s" begin with %s', (name, stem) => {
  expect(stemOf(name)).toBe(stem);
});

test('code reads files by their own names, and all other points from the file that the button Points CSV saves', () => {
  expect(sourceFile({ kind: 'sample', id: 'flights' }, '3 million flights')).toBe('3-million-flights-points.csv');
  expect(sourceFile({ kind: 'generated', id: 'rings', n: 100, seed: 1 }, 'Rings')).toBe('rings-points.csv');
  expect(sourceFile({ kind: 'file', name: 'a b.csv' }, 'a b.csv')).toBe('a b.csv');
});

test.each([Float32Array, Float64Array])('points come back from CSV with their names: %o', async (Numbers) => {
  const data = new Numbers(30_000).map((_, i) => Math.sin(i) * 10 ** ((i % 21) - 10));
  const featureNames = ['z(log10(delay))', 'a, "b"', 'c'];
  const file = await pointsCsv({ data, nFeatures: 3, featureNames });
  const table = await readTable(file, { name: 'points.csv' });
  expect(table.featureNames).toEqual(featureNames);
  expect(new Numbers(table.points.data)).toEqual(data);
});

test('a model comes back from its file', async () => {
  const model = new MixtureModel({
    ...{ covarianceType: 'diag', nFeatures: 2, nComponents: 2, weights: [0.25, 0.75] },
    means: [
      [0.1, -3],
      [1e-9, 1e12],
    ],
    covariances: [
      [1, 2],
      [3, 4],
    ],
  });
  const text = await modelFile(model).text();
  expect(text.split('\n').length).toBeGreaterThan(10);
  expect(modelFromJSON(JSON.parse(text)).toJSON()).toEqual(model.toJSON());
});
