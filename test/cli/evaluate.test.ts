import { readFileSync } from 'node:fs';
import { Table, tableToIPC, type Vector, vectorFromArray } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emgpu, IRIS, Workplace } from './emgpu.ts';

const CPU = ['--backend', 'cpu'];
const NAMES = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'];

const work = new Workplace();
const lines = readFileSync(IRIS, 'utf8').trimEnd().split('\n');
const cells = lines.slice(1).map((line) => line.split(','));
let model: string;

beforeAll(async () => {
  model = work.at('iris.json');
  const args = ['fit', IRIS, '--components', '3', '--restarts', '10', '--init', 'random-from-data', '--out', model];
  expect((await emgpu([...args, ...CPU])).status).toBe(0);
});
afterAll(() => work[Symbol.dispose]());

const evaluate = async (file: string, ...options: string[]) => {
  const outcome = await emgpu(['evaluate', model, file, '--json', ...options, ...CPU]);
  expect(outcome.status, outcome.stderr).toBe(0);
  return JSON.parse(outcome.stdout);
};

describe('emgpu evaluate', () => {
  it('judges a mixture by all means', async () => {
    const all = await evaluate(IRIS, '--labels-column', 'species', '--folds', '5');
    expect(all.logLikelihood).toBeCloseTo(-180.186, 2);
    expect(all.agreement).toMatchObject({ column: 'species', nSamples: 150 });
    // As docs/guide/judging.md has it, and scikit-learn.
    expect(all.agreement.adjustedRandIndex).toBeCloseTo(0.904, 3);
    expect(all.agreement.normalizedMutualInformation).toBeCloseTo(0.9, 3);
    expect(all.silhouette).toMatchObject({ sampled: false, nSamples: 150 });
    expect(all.silhouette.score).toBeCloseTo(0.5, 2);
    expect(all.heldOut.perFold).toHaveLength(5);
    expect(all.heldOut.mean).toBeLessThan(all.mean);
    expect(all.components).toHaveLength(3);
    expect(Object.keys(all.components[0])).toEqual([
      ...['component', 'weight', 'mean', 'sd', 'eigenvalues', 'conditionNumber', 'overlap'],
    ]);
  });

  it('prints a table and facts for people', async () => {
    const { stdout } = await emgpu(['evaluate', model, IRIS, '--labels-column', 'species', ...CPU]);
    expect(stdout).toMatch(/^component +weight .* eigenvalues +condition +overlaps most\n/);
    expect(stdout).toMatch(/\nsilhouette +0\.\d+ \(exact, 150 rows\)\n/);
    expect(stdout).toMatch(/\nadjusted Rand +0\.90\d+ against "species"\n/);
  });

  it('judges k-means, without folds', async () => {
    const clusters = work.at('k.json');
    await emgpu(['kmeans', IRIS, '--clusters', '3', '--out', clusters, ...CPU]);
    const { stdout } = await emgpu(['evaluate', clusters, IRIS, '--labels-column', 'species', ...CPU]);
    expect(stdout).toMatch(/^points +150\ninertia +78\.8\d*\nsilhouette +0\.55\d+ /);
  });

  it('says why there is no silhouette of one component', async () => {
    const single = work.at('one.json');
    await emgpu(['fit', IRIS, '--components', '1', '--out', single, ...CPU]);
    const { status, stdout } = await emgpu(['evaluate', single, IRIS, ...CPU]);
    expect(status).toBe(0);
    expect(stdout).toContain('silhouette      none: all points have the same label');
    expect(stdout).toMatch(/overlaps most\n.* none\n/);
  });

  it('reads known classes from every format, as text or numbers', async () => {
    const columns = NAMES.map((name, j) => ({ name, data: cells.map((row) => Number(row[j])) }));
    const species = cells.map((row) => row[4]!);
    const codes = species.map((name) => [...new Set(species)].indexOf(name));
    const more = [
      { name: 'species', data: species },
      { name: 'code', data: codes },
    ];
    const parquet = parquetWriteBuffer({ columnData: [...columns, ...more] });
    const vectors = [...columns, ...more].map(({ name, data }) => [name, vectorFromArray(data as unknown[])] as const);
    const arrow = new Table(Object.fromEntries(vectors) as Record<string, Vector>);
    const files = [
      IRIS,
      work.write('iris.parquet', new Uint8Array(parquet)),
      work.write('iris.arrow', tableToIPC(arrow, 'file')),
    ];
    for (const file of files) {
      const { agreement } = await evaluate(file, '--labels-column', 'species');
      expect(agreement.adjustedRandIndex).toBeCloseTo(0.904, 3);
      if (file !== IRIS) expect((await evaluate(file, '--labels-column', 'code')).agreement.nSamples).toBe(150);
      const bad = await emgpu(['evaluate', model, file, '--labels-column', 'kind', ...CPU]);
      expect(bad.stderr).toMatch(/\[missing-column\] .*"kind".*sepal_length/);
    }
  });

  it('keeps classes with their rows where rows are dropped, blank, quoted or without a class', async () => {
    const messy = cells.map((row, i) => {
      if (i % 10 === 3) return ['', ...row.slice(1)].join(',');
      if (i % 10 === 6) return [...row.slice(0, 4), ''].join(',');
      return [...row.slice(0, 4), `"${row[4]}"`].join(',');
    });
    const file = work.write('messy.csv', `${lines[0]}\r\n${messy.join('\r\n\r\n')}\r\n`);
    const { nSamples, agreement } = await evaluate(file, '--labels-column', 'species', '--missing', 'drop');
    expect(nSamples).toBe(135);
    expect(agreement.nSamples).toBe(120);
    expect(agreement.adjustedRandIndex).toBeGreaterThan(0.85);
  });
});
