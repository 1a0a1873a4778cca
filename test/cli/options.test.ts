import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { csvRows, emgpu, FAITHFUL, IRIS, type Outcome, Workplace } from './emgpu.ts';

const CPU = ['--backend', 'cpu'];

/** The JSON object of a run that went well. */
function json({ status, stdout, stderr }: Outcome) {
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

const fitted = async (...args: string[]) => json(await emgpu(['fit', ...args, '--json', ...CPU]));

/** Random numbers that are the same every time, in [0, 1). */
function uniform(): () => number {
  let state = 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** Two round groups of points, every n-th row anywhere in a wide box. */
function cloud(n: number, strayEvery = Number.POSITIVE_INFINITY): number[][] {
  const random = uniform();
  const normal = () => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: n }, (_, i) => {
    if (i % strayEvery === 1) return [40 * random() - 20, 40 * random() - 20];
    return [normal() + (i % 2 ? -4 : 4), 2 * normal()];
  });
}

const csv = (header: string, rows: readonly (readonly unknown[])[]) =>
  `${header}\n${rows.map((row) => row.join(',')).join('\n')}\n`;

describe('restarts', () => {
  it('keeps the best sound start, and tells of all others and why some were refused', async () => {
    const args = ['fit', IRIS, '--components', '3', '--restarts', '20', '--init', 'random-from-data', ...CPU];
    const best = json(await emgpu([...args, '--json']));
    expect(best.logLikelihood).toBeCloseTo(-180.186, 2);
    const { restarts } = best as { restarts: { value: number; refused?: string }[] };
    expect(restarts).toHaveLength(20);
    const sound = restarts.filter(({ refused }) => refused === undefined);
    expect(best.logLikelihood).toBe(Math.max(...sound.map(({ value }) => value)));
    const { stdout } = await emgpu(args);
    const found = [...stdout.matchAll(/^ +-\d+\.\d+ +(\d+)$/gm)].map(([, times]) => Number(times));
    expect(found.reduce((sum, times) => sum + times, 0)).toBe(sound.length);
    const refusals = [...stdout.matchAll(/^ +refused +(\d+) +Component/gm)].map(([, times]) => Number(times));
    expect(refusals.reduce((sum, times) => sum + times, 0)).toBe(20 - sound.length);
  });

  it('fail where every start collapses, and say so', async () => {
    using work = new Workplace();
    const file = work.write(
      'p.csv',
      csv(
        'x,y',
        cloud(60).map((row, i) => (i % 2 ? row : [3, 5])),
      ),
    );
    const { status, stderr } = await emgpu(['fit', file, '--components', '2', '--restarts', '3', ...CPU]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^emgpu: \[all-collapsed\] All 3 starts .*--prior.*\n$/);
  });

  it('of k-means keep the smallest inertia', async () => {
    const args = ['kmeans', FAITHFUL, '--clusters', '5', '--restarts', '6', '--init', 'random', '--json', ...CPU];
    const best = json(await emgpu(args));
    expect(best.inertia).toBe(Math.min(...best.restarts.map((start: { value: number }) => start.value)));
  });
});

describe('weights', () => {
  it('count rows as often as they say', async () => {
    using work = new Workplace();
    const rows = cloud(120);
    const weighted = work.write(
      'w.csv',
      csv(
        'x,y,w',
        rows.map((row, i) => [...row, i % 3]),
      ),
    );
    const repeated = work.write(
      'r.csv',
      csv(
        'x,y',
        rows.flatMap((row, i) => Array(i % 3).fill(row)),
      ),
    );
    const start = work.at('start.json');
    await fitted(repeated, '--components', '2', '--max-iter', '1', '--out', start);
    const one = await fitted(weighted, '--weights-column', 'w', '--init', start);
    const other = await fitted(repeated, '--init', start);
    expect(one).toMatchObject({ nSamples: 120, totalWeight: 120, featureNames: ['x', 'y'] });
    expect(one.logLikelihood / other.logLikelihood).toBeCloseTo(1, 8);
    expect(one.bic / other.bic).toBeCloseTo(1, 8);
    const model = work.at('model.json');
    await fitted(repeated, '--init', start, '--out', model);
    const score = json(await emgpu(['score', model, weighted, '--weights-column', 'w', '--json', ...CPU]));
    expect(score.logLikelihood / other.logLikelihood).toBeCloseTo(1, 8);
    const { stdout } = await emgpu(['fit', weighted, '--weights-column', 'w', '--components', '2', ...CPU]);
    expect(stdout).toContain('effective size  120, the sum of "w" over 120 rows');
  });

  it('make the shares of clusters', async () => {
    using work = new Workplace();
    const file = work.write(
      'w.csv',
      csv('x,w', [
        [0, 1],
        [0.1, 1],
        [9, 3],
        [9.1, 3],
      ]),
    );
    const { stdout } = await emgpu(['kmeans', file, '--weights-column', 'w', '--clusters', '2', ...CPU]);
    expect(stdout).toMatch(/0\.7500 +9\.05\b/);
    expect(stdout).toMatch(/0\.2500 +0\.05\b/);
  });
});

describe('missing values', () => {
  const rows = cloud(200).map((row, i) => (i % 9 === 4 ? [row[0], ''] : i % 31 === 7 ? ['NA', row[1]] : row));

  it('em counts incomplete rows with what they have, and impute fills them', async () => {
    using work = new Workplace();
    const file = work.write('gaps.csv', csv('x,y', rows));
    const model = work.at('m.json');
    const outcome = await emgpu(['fit', file, '--components', '2', '--missing', 'em', '--out', model, ...CPU]);
    expect(outcome.stderr).toMatch(/200 × 2 .*; \d+ rows with missing values, which count with what they have/);
    const filled = await emgpu(['impute', model, file, ...CPU]);
    expect(filled.status, filled.stderr).toBe(0);
    expect(filled.stdout.startsWith('x,y\n')).toBe(true);
    const lines = csvRows(filled.stdout).map((line) => line.split(',').map(Number));
    expect(lines).toHaveLength(200);
    expect(lines.flat().every(Number.isFinite)).toBe(true);
    for (const [i, row] of rows.entries()) if (typeof row[1] === 'number') expect(lines[i]![1]).toBe(row[1]);
    const labels = await emgpu(['predict', model, file, '--missing', 'em', ...CPU]);
    expect(csvRows(labels.stdout)).toHaveLength(200);
  });

  it('the report of incomplete rows says what is not drawn', async () => {
    using work = new Workplace();
    const file = work.write('gaps.csv', csv('x,y', rows));
    const report = work.at('r.html');
    const { status } = await emgpu(['fit', file, '--components', '2', '--missing', 'em', '--report', report, ...CPU]);
    expect(status).toBe(0);
    const html = readFileSync(report, 'utf8');
    expect(html).toMatch(/% of the points lack a column/);
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('streams', () => {
  it('give the fit, the labels and the report of the file in memory', async () => {
    using work = new Workplace();
    const file = work.write(
      'p.csv',
      csv(
        'x,y,w',
        cloud(700).map((row, i) => [...row, 1 + (i % 2)]),
      ),
    );
    const options = [file, '--columns', 'x,y', '--weights-column', 'w', '--components', '2'];
    const outputs = (name: string) => ['--labels', work.at(`${name}.csv`), '--report', work.at(`${name}.html`)];
    const one = await fitted(...options, ...outputs('one'));
    const other = await fitted(...options, '--chunk-rows', '100', ...outputs('other'));
    expect(other).toMatchObject({ nSamples: 700, totalWeight: 1050, featureNames: ['x', 'y'] });
    expect(other.logLikelihood / one.logLikelihood).toBeCloseTo(1, 6);
    expect(readFileSync(work.at('other.csv'), 'utf8')).toBe(readFileSync(work.at('one.csv'), 'utf8'));
    expect(readFileSync(work.at('other.html'), 'utf8')).toContain('100 rows at once');
    const clusters = await emgpu(['kmeans', file, '--columns', 'x,y', '--clusters', '2', '--stream', ...CPU]);
    expect(clusters.stdout).toMatch(/share[\s\S]*0\.\d{4} +-?[34]\.\d/);
  });
});

describe('other ways to fit', () => {
  it('a noise component takes the strays, and has a label and a column of its own', async () => {
    using work = new Workplace();
    const file = work.write('p.csv', csv('x,y', cloud(600, 20)));
    const [model, labels, report] = [work.at('m.json'), work.at('l.csv'), work.at('r.html')];
    const outputs = ['--out', model, '--labels', labels, '--report', report];
    const noisy = await fitted(file, '--components', '2', '--noise', '0.1', ...outputs);
    expect(noisy.noise.weight).toBeGreaterThan(0.02);
    expect(noisy.noise.weight).toBeLessThan(0.08);
    expect(new Set(csvRows(readFileSync(labels, 'utf8')).map((line) => line.split(',')[1]))).toEqual(
      new Set(['0', '1', '2']),
    );
    expect(readFileSync(report, 'utf8')).toContain('grey: noise');
    const proba = await emgpu(['predict', model, file, '--proba', ...CPU]);
    expect(proba.stdout.startsWith('label,p0,p1,noise\n')).toBe(true);
    expect(csvRows(proba.stdout)[0]!.split(',')).toHaveLength(4);
  });

  it('warm-up, acceleration, prior and freezing are told to the library', async () => {
    using work = new Workplace();
    const file = work.write('p.csv', csv('x,y', cloud(500)));
    const warm = await fitted(file, '--components', '2', '--warm-up', '100', '--accelerate', 'on', '--prior');
    expect(warm.warmUp).toMatchObject({ nSamples: 100 });
    const start = work.at('start.json');
    const before = await fitted(file, '--components', '2', '--max-iter', '1', '--out', start);
    const after = await fitted(file, '--init', start, '--freeze', 'means,covariances');
    expect(after.means).toEqual(before.means);
    expect(after.covariances).toEqual(before.covariances);
    expect(after.weights).not.toEqual(before.weights);
  });

  it('k-means by directions', async () => {
    using work = new Workplace();
    const file = work.write(
      'p.csv',
      csv('x,y', [
        [1, 0.1],
        [9, 1],
        [0.1, 1],
        [1, 12],
      ]),
    );
    const report = work.at('r.html');
    const args = ['kmeans', file, '--clusters', '2', '--metric', 'cosine', '--report', report, '--json', ...CPU];
    const { metric, centers } = json(await emgpu(args));
    expect(metric).toBe('cosine');
    for (const center of centers) expect(Math.hypot(...center)).toBeCloseTo(1, 9);
    expect(readFileSync(report, 'utf8')).toContain('divided by their lengths');
  });

  it('Poisson mixtures of counts', async () => {
    using work = new Workplace();
    const counts = Array.from({ length: 300 }, (_, i) => [(i * 7) % (i % 2 ? 5 : 40), i % 3]);
    const file = work.write('c.csv', csv('a,b', counts));
    const [model, report] = [work.at('m.json'), work.at('r.html')];
    const args = ['poisson', file, '--components', '2', '--out', model, '--report', report, '--json', ...CPU];
    const mixture = json(await emgpu(args));
    expect(mixture.model).toBe('poisson-mixture');
    expect(mixture.rates).toHaveLength(2);
    const score = json(await emgpu(['score', model, file, '--json', ...CPU]));
    expect(score.logLikelihood / mixture.logLikelihood).toBeCloseTo(1, 9);
    expect(readFileSync(report, 'utf8')).toContain('Expected counts.');
    const bad = await emgpu(['poisson', FAITHFUL, '--components', '2', ...CPU]);
    expect(bad.stderr).toMatch(/^emgpu: \[not-counts\] .*eruptions.*\n$/);
  });
});
