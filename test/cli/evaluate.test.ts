import { readFileSync } from 'node:fs';
import { Table, tableToIPC, type Vector, vectorFromArray } from 'apache-arrow';
import { parquetMetadata } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostPoints, MixtureModel } from '../../src/node.ts';
import { uniforms } from '../cpu/samples.ts';
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

  it('holds out folds for a model whose noise has a volume beyond what numbers hold', async () => {
    // 5,000 to the power of 100 is 1e370.
    const next = uniforms(3);
    const row = () => Array.from({ length: 100 }, () => (5000 * next()).toFixed(2)).join(',');
    const names = Array.from({ length: 100 }, (_, d) => `c${d}`).join(',');
    const file = work.write('wide.csv', `${names}\n${Array.from({ length: 300 }, row).join('\n')}\n`);
    const noisy = work.at('noisy.json');
    const fit = ['fit', file, '--components', '1', '--covariance', 'tied-spherical', '--noise', '--out', noisy];
    expect((await emgpu([...fit, ...CPU])).status).toBe(0);
    expect(JSON.parse(readFileSync(noisy, 'utf8')).noise.logVolume).toBeGreaterThan(Math.log(Number.MAX_VALUE));
    const { status, stdout, stderr } = await emgpu(['evaluate', noisy, file, '--folds', '2', '--json', ...CPU]);
    expect(status, stderr).toBe(0);
    const { heldOut } = JSON.parse(stdout);
    // Nothing but noise: log f is minus the logarithm of its volume, for rows held out as for others.
    expect(heldOut.mean).toBeCloseTo(-100 * Math.log(5000), -1);
  });

  it('refuses before it reads anything what cannot be had', async () => {
    const gone = ['evaluate', model, 'gone.csv', ...CPU];
    const clusters = work.at('two.json');
    await emgpu(['kmeans', IRIS, '--clusters', '2', '--out', clusters, ...CPU]);
    expect((await emgpu([...gone, '--prior'])).stderr).toContain('--prior is for the fits of --folds.');
    const kMeans = ['evaluate', clusters, 'gone.csv', '--prior', ...CPU];
    expect((await emgpu(kMeans)).stderr).toContain('--prior needs a Gaussian mixture; this is a k-means model.');
    const piped = await emgpu(['evaluate', model, '-', '--labels-column', 'species', ...CPU], {}, 'no,points\n');
    expect(piped.stderr).toContain('[invalid-option] --labels-column reads the file a second time');
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

  it('says so where only the column of known classes is damaged', async () => {
    const columnData = [...NAMES, 'species'].map((name, j) => ({
      name,
      data: cells.map((row) => (name === 'species' ? row[j]! : Number(row[j]))),
    }));
    const parquet = parquetWriteBuffer({ columnData });
    const chunk = parquetMetadata(parquet).row_groups[0]!.columns[4]!.meta_data!;
    // The head of the column's first page ends before its sizes.
    new Uint8Array(parquet)[Number(chunk.dictionary_page_offset ?? chunk.data_page_offset) + 2] = 0;
    const file = work.write('damaged.parquet', new Uint8Array(parquet));
    const { status, stderr } = await emgpu(['evaluate', model, file, '--labels-column', 'species', ...CPU]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/\[unreadable-file\] damaged.parquet .*the size of a page is undefined/);
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

describe('emgpu evaluate --standard-errors', () => {
  const points: HostPoints = {
    data: Float64Array.from(cells.flatMap((row) => row.slice(0, 4).map(Number))),
    nFeatures: 4,
  };

  it('gives those of the library', async () => {
    const { standardErrors, missingShare, offMaximum, ...rest } = await evaluate(IRIS, '--standard-errors');
    const mixture = MixtureModel.fromJSON(JSON.parse(readFileSync(model, 'utf8')));
    const information = await mixture.fisherInformation(points, { backend: 'cpu' });
    expect(standardErrors).toEqual(information.standardErrors);
    expect(Object.keys(standardErrors)).toEqual(['weights', 'means', 'covariances']);
    expect(missingShare).toBe(information.missingShare);
    expect(offMaximum).toBe(information.offMaximum);
    expect(offMaximum).toBeLessThan(0.1);
    expect(rest).not.toHaveProperty('indefinite');
    expect(rest).not.toHaveProperty('caution');
    // Nothing else depends on whether they are asked for.
    expect(await evaluate(IRIS)).toEqual(rest);
  });

  it('gives those of the textbook for one component', async () => {
    const single = work.at('single.json');
    const columns = ['--columns', 'sepal_length,petal_width'];
    await emgpu(['fit', IRIS, '--components', '1', ...columns, '--reg-covar', '0', '--out', single, ...CPU]);
    const { covariances } = JSON.parse(readFileSync(single, 'utf8'));
    const { stdout } = await emgpu(['evaluate', single, IRIS, '--standard-errors', '--json', ...CPU]);
    const { standardErrors } = JSON.parse(stdout);
    expect(standardErrors.weights).toEqual([0]);
    for (const d of [0, 1]) {
      const variance = covariances[0][d][d];
      expect(standardErrors.means[0][d] / Math.sqrt(variance / 150)).toBeCloseTo(1, 8);
      expect(standardErrors.covariances[0][d][d] / (variance * Math.sqrt(2 / 150))).toBeCloseTo(1, 8);
    }
  });

  it('counts rows with gaps for what they have', async () => {
    const gaps = cells.map((row, i) => (i % 5 === 0 ? ['', ...row.slice(1)] : row).join(','));
    const file = work.write('gaps.csv', `${lines[0]}\n${gaps.join('\n')}\n`);
    const single = work.at('gaps.json');
    await emgpu(['fit', file, '--components', '1', '--missing', 'em', '--out', single, ...CPU]);
    const errorsWith = async (missing: string) => {
      const options = ['--standard-errors', '--json', '--missing', missing];
      const { stdout } = await emgpu(['evaluate', single, file, ...options, ...CPU]);
      return JSON.parse(stdout).standardErrors.means[0];
    };
    const [all, complete] = [await errorsWith('em'), await errorsWith('drop')];
    for (const d of [0, 1, 2, 3]) expect(all[d]).toBeLessThan(complete[d]);
  });

  it('prints a second table for people', async () => {
    const { stdout } = await emgpu(['evaluate', model, IRIS, '--standard-errors', ...CPU]);
    const [, table] = stdout.split('\n\n');
    const [caption, header, ...rows] = table!.split('\n');
    expect(caption).toBe('Weights and means ± their standard errors; those of covariances are in --json.');
    expect(header!.trim().split(/ +/)).toEqual(['component', 'weight', ...NAMES]);
    expect(rows).toHaveLength(3);
    // Setosa lies apart from the rest: √(w (1 − w) / N), and of a mean its deviation / √50.
    expect(stdout).toMatch(/\n +\d {3}0\.3333 ± 0\.0385 +5\.0060 ± 0\.0493 /);
  });

  it('says so where these are not the rows that were fitted', async () => {
    const others = work.write('others.csv', [lines[0], ...lines.slice(1).filter((_, i) => i % 3 > 0)].join('\n'));
    const { standardErrors, caution, offMaximum } = await evaluate(others, '--standard-errors');
    expect(standardErrors.weights).toHaveLength(3);
    expect(offMaximum).toBeGreaterThan(0.5);
    expect(caution).toMatch(/^The log-likelihood of these points is largest elsewhere: /);
    const { stdout } = await emgpu(['evaluate', model, others, '--standard-errors', ...CPU]);
    expect(stdout).toContain(`\nstandard errors  ${caution}\n`);
  });

  it('says why there are none', async () => {
    const { weights, means, covariances, ...rest } = JSON.parse(readFileSync(model, 'utf8'));
    const twins = { weights: [0.5, 0.5], means: [means[0], means[0]], covariances: [covariances[0], covariances[0]] };
    const file = work.write('twins.json', JSON.stringify({ ...rest, nComponents: 2, ...twins }));
    const args = ['evaluate', file, IRIS, '--standard-errors', ...CPU];
    const told = JSON.parse((await emgpu([...args, '--json'])).stdout);
    expect(told.indefinite).toMatch(/^The log-likelihood is .* in a direction that is mostly /);
    expect(told).not.toHaveProperty('standardErrors');
    const { stdout } = await emgpu(args);
    expect(stdout).toContain(`\nstandard errors  none: ${told.indefinite}\n`);
    expect(stdout).not.toContain('Weights and means ±');
  });

  it('refuses k-means', async () => {
    const clusters = work.at('clusters.json');
    await emgpu(['kmeans', IRIS, '--clusters', '3', '--out', clusters, ...CPU]);
    const { status, stdout, stderr } = await emgpu(['evaluate', clusters, IRIS, '--standard-errors', ...CPU]);
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^emgpu: \[model-mismatch\] --standard-errors needs a Gaussian mixture; .*k-means.* Leave out --standard-errors\.\n$/,
    );
  });
});
