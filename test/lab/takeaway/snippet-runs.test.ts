import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Preparation } from '../../../demo/data/types.ts';
import type { ModelChoice } from '../../../demo/models/choices.ts';
import { DEFAULT_STATE, type LinkedState } from '../../../demo/takeaway/link.ts';
import { modelFile } from '../../../demo/takeaway/model-file.ts';
import { pointsCsv } from '../../../demo/takeaway/points-csv.ts';
import { snippetOf } from '../../../demo/takeaway/snippet.ts';
import { GaussianMixture, KMeans, readTable, SoftKMeans } from '../../../src/node.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** A place where `emgpu` is an installed package, as it is for whoever copies the code. */
const APP = `${ROOT}build/test-snippets/`;
const FAITHFUL = `${ROOT}test/reference/data/faithful.csv`;

const columns = ['eruptions', 'waiting'];
const [usual] = DEFAULT_STATE.models;
/** Its code has columns to take and to prepare. */
const own: LinkedState = { ...DEFAULT_STATE, data: { kind: 'file', name: 'faithful.csv' } };
/** The numbers in the tests are the CPU's, whatever adapter there is. */
const onCpu: ModelChoice = { ...usual, backend: 'cpu' };

beforeAll(async () => {
  rmSync(APP, { recursive: true, force: true });
  const installed = `${APP}node_modules/emgpu/`;
  const outDir = `${installed}dist`;
  await build({ root: ROOT, configFile: `${ROOT}vite.config.ts`, logLevel: 'error', build: { outDir } });
  cpSync(`${ROOT}package.json`, `${installed}package.json`);
  cpSync(FAITHFUL, `${APP}faithful.csv`);
  writeFileSync(`${APP}package.json`, '{ "private": true, "type": "module" }');
});

function node(...words: string[]): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { cwd: APP, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return stdout;
}

/** What the code prints; the first number is the log-likelihood or the inertia. */
function runCode(change: Partial<LinkedState>, stiffness = 1, fileName = 'faithful.csv'): number[] {
  const state: LinkedState = { ...own, models: [onCpu], ...change };
  writeFileSync(`${APP}fit.mjs`, snippetOf(state, fileName, { stiffness: () => stiffness }).code);
  return node('fit.mjs')
    .match(/^-?[\d.]+/gm)!
    .map(Number);
}

/** What the command prints, as JSON. */
function runCommand(command: string) {
  const [, , ...words] = command.split(' ');
  return JSON.parse(node('node_modules/emgpu/dist/cli.js', ...words, '--json'));
}

async function points({ standardize, log }: Preparation) {
  const { points } = await readTable(FAITHFUL, { columns });
  const rows = Array.from({ length: 272 }, (_, i) => [points.data[2 * i]!, points.data[2 * i + 1]!]);
  const taken = columns.map((name, d) => rows.map((row) => (log.includes(name) ? Math.log10(row[d]!) : row[d]!)));
  const scaled = taken.map((column) => {
    const mean = column.reduce((a, b) => a + b) / 272;
    const sd = Math.sqrt(column.reduce((a, x) => a + (x - mean) ** 2, 0) / 272);
    return standardize ? column.map((x) => (x - mean) / sd) : column;
  });
  return { data: Float64Array.from(rows.flatMap((_, i) => scaled.map((column) => column[i]!))), nFeatures: 2 };
}

describe('the code', () => {
  test('finds -1130.26 in Old Faithful', () => {
    expect(runCode({})[0]).toBeCloseTo(-1130.26, 2);
  });

  test.each<Preparation>([
    { columns, standardize: true, log: [] },
    { columns, standardize: false, log: ['waiting'] },
    { columns, standardize: true, log: columns },
  ])('prepares columns: standardize $standardize, log $log', async (preparation) => {
    const fit = await new GaussianMixture({ nComponents: 2, backend: 'cpu' }).fit(await points(preparation));
    expect(runCode({ preparation })[0]).toBeCloseTo(fit.logLikelihood, 6);
    fit.destroy();
  });

  test('reads what the button Points CSV saves of a sample', async () => {
    const preparation = { columns, standardize: true, log: ['waiting'] };
    const prepared = await points(preparation);
    writeFileSync(`${APP}saved.csv`, await (await pointsCsv(prepared)).text());
    const fit = await new GaussianMixture({ nComponents: 2, backend: 'cpu' }).fit(prepared);
    const [found] = runCode({ data: DEFAULT_STATE.data, preparation }, 1, 'saved.csv');
    expect(found).toBeCloseTo(fit.logLikelihood, 6);
    fit.destroy();
  });

  test('fits two models in one run', async () => {
    const preparation = { columns, standardize: false, log: [] };
    const models = [{ ...onCpu, kind: 'k-means' as const, k: 3, seed: 5 }, onCpu];
    const fit = await new KMeans({ nClusters: 3, seed: 5, backend: 'cpu' }).fit(await points(preparation));
    const [inertia, logLikelihood] = runCode({ preparation, models });
    expect(inertia).toBeCloseTo(fit.inertia, 6);
    expect(logLikelihood).toBeCloseTo(-1130.26, 2);
    fit.destroy();
  });

  test('fits soft k-means with its stiffness', async () => {
    const preparation = { columns, standardize: true, log: [] };
    const soft = new SoftKMeans({ nClusters: 2, stiffness: 3.5, backend: 'cpu' });
    const fit = await soft.fit(await points(preparation));
    const [found] = runCode({ preparation, models: [{ ...onCpu, kind: 'soft-k-means' }] }, 3.5);
    expect(found).toBeCloseTo(fit.logLikelihood, 6);
    fit.destroy();
  });
});

describe('the command', () => {
  test('finds the same, and predict reads a model file of the Lab', async () => {
    const state = { ...own, preparation: { columns, standardize: false, log: [] }, models: [onCpu] };
    const found = runCommand(snippetOf(state, 'faithful.csv', { stiffness: () => 1 }).command!);
    expect(found.logLikelihood).toBeCloseTo(-1130.26, 2);

    const { points } = await readTable(FAITHFUL);
    const fit = await new GaussianMixture({ nComponents: 2, backend: 'cpu' }).fit(points);
    writeFileSync(`${APP}lab.json`, await modelFile(fit).text());
    const labels = node('node_modules/emgpu/dist/cli.js', 'predict', 'lab.json', 'faithful.csv', '--backend', 'cpu');
    expect(labels).toBe(`label\n${(await fit.predict()).join('\n')}\n`);
    expect(JSON.parse(readFileSync(`${APP}model.json`, 'utf8')).means).toEqual(fit.means);
    fit.destroy();
  });
});
