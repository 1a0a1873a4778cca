import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvRows, emgpu, FAITHFUL, IRIS, Workplace } from './emgpu.ts';

const CPU = ['--backend', 'cpu'];

const work = new Workplace();
let fit: { logLikelihood: number; bic: number; aic: number; inertia: number };
let clusters: typeof fit;

beforeAll(async () => {
  const outputs = (name: string) => [
    '--out',
    work.at(`${name}.json`),
    '--labels',
    work.at(`${name}.csv`),
    '--json',
    ...CPU,
  ];
  fit = JSON.parse((await emgpu(['fit', IRIS, '--components', '3', ...outputs('mixture')])).stdout);
  clusters = JSON.parse((await emgpu(['kmeans', IRIS, '--clusters', '3', ...outputs('clusters')])).stdout);
});
afterAll(() => work[Symbol.dispose]());

/** The labels that a fit wrote, without their row numbers. */
const labelsOf = (name: string) =>
  csvRows(readFileSync(work.at(`${name}.csv`), 'utf8')).map((line) => line.split(',')[1]);

describe('a model file', () => {
  it.each(['mixture', 'clusters'])('predicts the labels of the fit that wrote it (%s)', async (name) => {
    const { status, stdout } = await emgpu(['predict', work.at(`${name}.json`), IRIS, ...CPU]);
    expect(status).toBe(0);
    expect(stdout.startsWith('label\n')).toBe(true);
    expect(csvRows(stdout)).toEqual(labelsOf(name));
  });

  it('scores as the fit did', async () => {
    const { stdout } = await emgpu(['score', work.at('mixture.json'), IRIS, '--json', ...CPU]);
    const score = JSON.parse(stdout);
    expect(Object.keys(score)).toEqual([
      ...['model', 'nSamples', 'totalWeight', 'logLikelihood'],
      ...['mean', 'bic', 'aic', 'icl'],
    ]);
    for (const key of ['logLikelihood', 'bic', 'aic'] as const) expect(score[key] / fit[key]).toBeCloseTo(1, 9);
    expect(score.mean).toBeCloseTo(fit.logLikelihood / 150, 9);
    const kmeans = JSON.parse((await emgpu(['score', work.at('clusters.json'), IRIS, '--json', ...CPU])).stdout);
    expect(kmeans.inertia / clusters.inertia).toBeCloseTo(1, 9);
    const { stdout: text, stderr } = await emgpu(['score', work.at('mixture.json'), IRIS, ...CPU]);
    expect(text).toMatch(
      /^points +150\nlog-likelihood +-\d+\.\d+\nmean +-1\.\d+\nBIC +\d+.*\nAIC +\d+.*\nICL +\d+.*\n$/,
    );
    expect(stderr).toContain('150 × 4');
  });

  it('gives responsibilities that sum to 1 and agree with the label', async () => {
    const out = work.at('proba.csv');
    const { status, stdout } = await emgpu(['predict', work.at('mixture.json'), IRIS, '--proba', '--out', out, ...CPU]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    const text = readFileSync(out, 'utf8');
    expect(text.startsWith('label,p0,p1,p2\n')).toBe(true);
    const rows = csvRows(text).map((line) => line.split(',').map(Number));
    expect(rows.map(([label]) => `${label}`)).toEqual(labelsOf('mixture'));
    for (const [label, ...p] of rows) {
      expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
      expect(p[label!]).toBe(Math.max(...p));
    }
  });

  it('gives the distances of points to the centres of k-means, the nearest of which is the label', async () => {
    const { stdout } = await emgpu(['predict', work.at('clusters.json'), IRIS, '--distances', ...CPU]);
    expect(stdout.startsWith('label,d0,d1,d2\n')).toBe(true);
    const rows = csvRows(stdout).map((line) => line.split(',').map(Number));
    expect(rows.map(([label]) => `${label}`)).toEqual(labelsOf('clusters'));
    const squares = rows.map(([label, ...distances]) => distances[label!]! ** 2);
    expect(squares.reduce((a, b) => a + b) / clusters.inertia).toBeCloseTo(1, 9);
    const wrong = await emgpu(['predict', work.at('mixture.json'), IRIS, '--distances', ...CPU]);
    expect(wrong.stderr).toContain('[model-mismatch] --distances needs a k-means model');
  });

  it('finds its columns by name, in any order, or takes those that are named', async () => {
    const [head, ...lines] = readFileSync(IRIS, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    const order = [2, 4, 0, 3, 1];
    const turned = work.write(
      'turned.csv',
      [head!, ...lines].map((cells) => order.map((i) => cells[i]).join(',')).join('\n'),
    );
    const byName = await emgpu(['predict', work.at('mixture.json'), turned, ...CPU]);
    expect(csvRows(byName.stdout)).toEqual(labelsOf('mixture'));
    const renamed = work.write('renamed.csv', ['a,b,c,d,kind', ...lines.map((cells) => cells.join(','))].join('\n'));
    const refused = await emgpu(['predict', work.at('mixture.json'), renamed, ...CPU]);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('[model-mismatch] The model was fitted to sepal_length');
    const unnamed = work.write('unnamed.csv', lines.map((cells) => cells.slice(0, 4).join(',')).join('\n'));
    const byPlace = await emgpu(['predict', work.at('mixture.json'), unnamed, ...CPU]);
    expect(csvRows(byPlace.stdout)).toEqual(labelsOf('mixture'));
    const named = await emgpu(['predict', work.at('mixture.json'), renamed, '--columns', 'd,c,b,a', ...CPU]);
    expect(named.status).toBe(0);
    expect(csvRows(named.stdout)).not.toEqual(labelsOf('mixture'));
  });

  it('adds log-densities, whose mean is the lower bound, beside responsibilities or alone', async () => {
    const alone = await emgpu(['predict', work.at('mixture.json'), IRIS, '--log-density', ...CPU]);
    expect(alone.stdout.startsWith('label,log_density\n')).toBe(true);
    const densities = csvRows(alone.stdout).map((line) => Number(line.split(',')[1]));
    expect(densities.reduce((a, b) => a + b)).toBeCloseTo(fit.logLikelihood, 6);
    const both = await emgpu(['predict', work.at('mixture.json'), IRIS, '--proba', '--log-density', ...CPU]);
    expect(both.stdout.startsWith('label,p0,p1,p2,log_density\n')).toBe(true);
    expect(csvRows(both.stdout).map((line) => Number(line.split(',')[4]))).toEqual(densities);
    const clusters = await emgpu(['predict', work.at('clusters.json'), IRIS, '--log-density', ...CPU]);
    expect(clusters.stderr).toContain('--log-density needs a mixture');
  });

  it('says which rows are meant when some were dropped', async () => {
    const lines = readFileSync(IRIS, 'utf8').trimEnd().split('\n');
    lines[3] = 'NaN,1,1,1,x';
    const file = work.write('gap.csv', lines.join('\n'));
    const { stdout } = await emgpu(['predict', work.at('mixture.json'), file, '--missing', 'drop', ...CPU]);
    expect(stdout.startsWith('row,label\n0,')).toBe(true);
    expect(
      csvRows(stdout)
        .map((line) => line.split(',')[0])
        .slice(0, 4),
    ).toEqual(['0', '1', '3', '4']);
  });

  it('says to draw fewer where there is no room for so many', async () => {
    const { status, stderr } = await emgpu(['sample', work.at('mixture.json'), '-n', '1000000000000']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^emgpu: \[out-of-memory\] .* Draw fewer at a time/);
  });

  it('samples points with the names of the features, the same for the same seed', async () => {
    const sample = (seed: string) => emgpu(['sample', work.at('mixture.json'), '-n', '500', '--seed', seed]);
    const { status, stdout } = await sample('1');
    expect(status).toBe(0);
    expect(stdout.startsWith('sepal_length,sepal_width,petal_length,petal_width\n')).toBe(true);
    const rows = csvRows(stdout).map((line) => line.split(',').map(Number));
    expect(rows).toHaveLength(500);
    expect(rows.flat().every(Number.isFinite)).toBe(true);
    expect((await sample('1')).stdout).toBe(stdout);
    expect((await sample('2')).stdout).not.toBe(stdout);
    const file = work.write('sampled.csv', stdout);
    expect((await emgpu(['score', work.at('mixture.json'), file, ...CPU])).status).toBe(0);
  });

  it('that was fitted to other data is refused', async () => {
    const { status, stderr, stdout } = await emgpu(['predict', work.at('mixture.json'), FAITHFUL, ...CPU]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^emgpu: \[model-mismatch\] .*4 columns.*faithful\.csv.*--columns\.\n$/);
  });
});

describe('emgpu info', () => {
  it('tells what auto would take, and why', async () => {
    const { status, stdout } = await emgpu(['info', '--json']);
    expect(status).toBe(0);
    const info = JSON.parse(stdout);
    expect(info.cpu.workers).toBeGreaterThan(0);
    expect(['webgpu', 'cpu']).toContain(info.auto.backend);
    expect(info.auto.reason).not.toBe('');
    const text = (await emgpu(['info'])).stdout;
    expect(text).toContain(info.auto.reason);
    for (const { description } of info.adapters) expect(text).toContain(description);
  });
});
