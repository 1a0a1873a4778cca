import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLI, csvRows, emgpu, FAITHFUL, IRIS, Workplace } from './emgpu.ts';

const CPU = ['--backend', 'cpu'];

const MIXTURE_KEYS = [
  'model',
  'covarianceType',
  'nSamples',
  'totalWeight',
  'nFeatures',
  'featureNames',
  'nComponents',
  'nParameters',
  'logLikelihood',
  'lowerBound',
  'bic',
  'aic',
  'icl',
  'nIter',
  'nExpectations',
  'converged',
  'history',
  'restarts',
  'warnings',
  'weights',
  'means',
  'covariances',
  'backend',
  'adapter',
  'seconds',
];

const MIXTURE_ONLY = [
  'covarianceType',
  'nParameters',
  'logLikelihood',
  'lowerBound',
  'bic',
  'aic',
  'icl',
  'weights',
  'means',
  'covariances',
];

const SHAPES: Record<string, number[]> = {
  full: [3, 4, 4],
  tied: [4, 4],
  diag: [3, 4],
  spherical: [3],
  'tied-diag': [4],
  'tied-spherical': [1],
};

describe('emgpu fit', () => {
  it.each(Object.keys(SHAPES))('prints exactly one JSON object for a %s mixture', async (type) => {
    const { status, stdout, stderr } = await emgpu([
      'fit',
      IRIS,
      '--components',
      '3',
      '--covariance',
      type,
      '--json',
      ...CPU,
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    const fit = JSON.parse(stdout);
    expect(Object.keys(fit).sort()).toEqual([...MIXTURE_KEYS].sort());
    expect(fit).toMatchObject({
      model: 'gaussian-mixture',
      covarianceType: type,
      nSamples: 150,
      nFeatures: 4,
      featureNames: ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'],
      nComponents: 3,
      converged: true,
      backend: 'cpu',
    });
    expect(fit.history).toHaveLength(fit.nIter + 1);
    expect(fit.history.at(-1)).toBe(fit.logLikelihood);
    expect(fit.lowerBound).toBeCloseTo(fit.logLikelihood / 150, 12);
    expect(shape(fit.covariances)).toEqual(SHAPES[type]);
    expect(fit.restarts).toEqual([{ seed: 0, value: fit.logLikelihood, nIter: fit.nIter, converged: true }]);
    expect(Object.keys(fit.seconds).sort()).toEqual(['fit', 'perIteration', 'read']);
  });

  it('prints results on stdout and all else on stderr, without colours, when piped', async () => {
    const { status, stdout, stderr } = await emgpu(['fit', FAITHFUL, '--components', '2', ...CPU]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/component +weight +eruptions +waiting +corr\(eruptions, waiting\)\n +0 +0\.\d{4} /);
    expect(stdout).toMatch(
      /log-likelihood +-1,\d{3}\.\d+ \(-\d\.\d+ per point\)\nBIC .*\nAIC .*\nICL .*\niterations +\d+, converged\nE-steps +\d+\n/,
    );
    expect(stderr).toMatch(
      /^read +272 × 2 \(eruptions, waiting\) from faithful\.csv in .*\nbackend +CPU, .*: the CPU was asked for\n$/,
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what must not be there
    expect(stdout + stderr).not.toMatch(/\x1b/);
  });

  it('writes model, labels and report, and nothing else', async () => {
    using work = new Workplace();
    const outputs = [
      '--out',
      work.at('model.json'),
      '--labels',
      work.at('labels.csv'),
      '--report',
      work.at('report.html'),
    ];
    const { status, stderr } = await emgpu(['fit', IRIS, '--components', '3', ...outputs, ...CPU]);
    expect(status).toBe(0);
    expect(work.list()).toEqual(['labels.csv', 'model.json', 'report.html']);
    for (const name of work.list()) expect(stderr).toContain(work.at(name));
    const labels = readFileSync(work.at('labels.csv'), 'utf8');
    expect(labels.startsWith('row,label\n0,')).toBe(true);
    expect(csvRows(labels)).toHaveLength(150);
  });

  it('writes labels to standard output, in front of the results, also where that is a file', async () => {
    using work = new Workplace();
    const labels = work.at('labels.csv');
    const fit = ['fit', FAITHFUL, '--components', '2', '--json', ...CPU];
    await emgpu([...fit, '--labels', labels]);
    const target = openSync(work.at('all.txt'), 'w');
    const child = spawn(process.execPath, [CLI, ...fit, '--labels', '/dev/stdout'], {
      stdio: ['ignore', target, 'pipe'],
    });
    expect(await once(child, 'close')).toEqual([0, null]);
    closeSync(target);
    const [json, ...rows] = readFileSync(work.at('all.txt'), 'utf8').trimEnd().split('\n').reverse();
    expect(`${rows.reverse().join('\n')}\n`).toBe(readFileSync(labels, 'utf8'));
    expect(JSON.parse(json!).nSamples).toBe(272);
    expect(work.list()).toEqual(['all.txt', 'labels.csv']);
  });

  it('replaces a file that is there already', async () => {
    using work = new Workplace();
    const out = work.write('model.json', 'old');
    expect((await emgpu(['fit', FAITHFUL, '--components', '2', '--out', out, ...CPU])).status).toBe(0);
    expect(JSON.parse(readFileSync(out, 'utf8')).format).toBe('emgpu-model');
    expect(work.list()).toEqual(['model.json']);
  });

  it('drops rows with missing values when told to, counts them, and keeps the numbers of the rest', async () => {
    using work = new Workplace();
    const rows = Array.from({ length: 30 }, (_, i) => `${i % 7},${(i * i) % 11}`);
    rows[2] = 'NaN,1';
    rows[5] = '3,';
    const file = work.write('gaps.csv', `a,b\n${rows.join('\n')}\n`);
    const options = ['--components', '2', '--reg-covar', '0.01', '--labels', work.at('labels.csv')];
    options.push('--missing', 'drop');
    const { status, stderr } = await emgpu(['fit', file, ...options, ...CPU]);
    expect(status).toBe(0);
    expect(stderr).toContain('28 × 2 (a, b)');
    expect(stderr).toContain('2 rows with missing values dropped');
    const numbers = csvRows(readFileSync(work.at('labels.csv'), 'utf8')).map((line) => Number(line.split(',')[0]));
    expect(numbers).toEqual(rows.map((_, i) => i).filter((i) => i !== 2 && i !== 5));
  });

  it('is deterministic', async () => {
    const run = async () => {
      const { seconds: _, ...fit } = JSON.parse(
        (await emgpu(['fit', IRIS, '--components', '4', '--seed', '3', '--json', ...CPU])).stdout,
      );
      return fit;
    };
    expect(await run()).toEqual(await run());
  });

  it('starts from a model written by hand, taking K and the covariance type from it', async () => {
    using work = new Workplace();
    const model = {
      format: 'emgpu-model',
      version: 1,
      model: 'gaussian-mixture',
      covarianceType: 'diag',
      nFeatures: 2,
      nComponents: 2,
      weights: [0.4, 0.6],
      means: [
        [2, 55],
        [4.3, 80],
      ],
      covariances: [
        [0.1, 35],
        [0.2, 35],
      ],
    };
    const init = work.write('start.json', JSON.stringify(model));
    const { status, stdout } = await emgpu(['fit', FAITHFUL, '--init', init, '--json', ...CPU]);
    expect(status).toBe(0);
    const fit = JSON.parse(stdout);
    expect(fit).toMatchObject({ nComponents: 2, covarianceType: 'diag', converged: true });
    expect(fit.means[0][1]).toBeCloseTo(54.6, 0);
    expect(fit.means[1][1]).toBeCloseTo(80, 0);
  });
});

describe('emgpu kmeans', () => {
  it('prints exactly one JSON object', async () => {
    const { status, stdout } = await emgpu(['kmeans', IRIS, '--clusters', '3', '--json', ...CPU]);
    expect(status).toBe(0);
    const fit = JSON.parse(stdout);
    const keys = MIXTURE_KEYS.filter((key) => !MIXTURE_ONLY.includes(key));
    expect(Object.keys(fit).sort()).toEqual([...keys, 'metric', 'inertia', 'centers'].sort());
    expect(shape(fit.centers)).toEqual([3, 4]);
    expect(fit.model).toBe('k-means');
    expect(fit.history.at(-1)).toBeCloseTo(fit.inertia, 9);
  });

  it('shows the shares of the clusters', async () => {
    const { stdout } = await emgpu(['kmeans', IRIS, '--clusters', '1', ...CPU]);
    expect(stdout).toMatch(/^\ncluster +share .*\n +0 +1\.0000 +5\.8433 /);
  });

  it('is soft where a stiffness is given: equal spheres of one fixed variance, a mixture', async () => {
    const soft = ['kmeans', IRIS, '--clusters', '3', '--stiffness', '2', ...CPU];
    const fit = JSON.parse((await emgpu([...soft, '--json'])).stdout);
    expect(fit).toMatchObject({ model: 'gaussian-mixture', covarianceType: 'tied-spherical', converged: true });
    expect(fit.covariances[0]).toBeCloseTo(1 / (2 * 2), 12);
    for (const weight of fit.weights) expect(weight).toBeCloseTo(1 / 3, 12);
    const { status, stderr } = await emgpu([...soft, '--metric', 'cosine']);
    expect(status).toBe(2);
    expect(stderr).toContain('--stiffness and --metric exclude each other');
  });
});

function shape(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...shape(value[0])] : [];
}
