import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emgpu, FAITHFUL, FLIGHTS, IRIS, type Outcome, Workplace } from './emgpu.ts';

/** One line, the code, no stack trace, nothing on stdout. */
function expectFailure({ status, stdout, stderr }: Outcome, code: string, words: RegExp, expected = 1): void {
  expect(stderr).toMatch(/^emgpu: \[[a-z-]+\] [^\n]+\.\n$/);
  expect(stderr).toContain(`[${code}]`);
  expect(stderr).toMatch(words);
  expect(stderr).not.toMatch(/\n +at /);
  expect({ status, stdout }).toEqual({ status: expected, stdout: '' });
}

/** Fits `content` with all outputs asked for, and sees to it that none was left. */
async function fitBadFile(name: string, content: string | Uint8Array, ...options: string[]): Promise<Outcome> {
  using work = new Workplace();
  const file = work.write(name, content);
  const outputs = ['--out', work.at('m.json'), '--labels', work.at('l.csv'), '--report', work.at('r.html')];
  const outcome = await emgpu(['fit', file, '--backend', 'cpu', ...outputs, ...options]);
  expect(work.list()).toEqual([name]);
  return outcome;
}

const wide = (n: number) => `${Array.from({ length: n }, (_, i) => `c${i}`)}\n${Array.from({ length: n }, () => 1)}\n`;

describe('bad input files', () => {
  const cases: [
    what: string,
    code: string,
    words: RegExp,
    name: string,
    content: string | Uint8Array,
    ...options: string[],
  ][] = [
    ['an empty file', 'empty-file', /empty/, 'p.csv', ''],
    ['a file with a header alone', 'empty-file', /p\.csv/, 'p.csv', 'a,b\n'],
    ['a missing column', 'missing-column', /"c".*a, b/, 'p.csv', 'a,b\n1,2\n3,4\n', '--columns', 'a,c'],
    ['text in a number column', 'not-a-number', /"b"/, 'p.csv', 'a,b\n1,2\n3,oops\n', '--columns', 'a,b'],
    ['NaN', 'non-finite', /3.*"b".*--missing drop/, 'p.csv', 'a,b\n1,2\n3,NaN\n5,6\n', '--components', '1'],
    ['an infinity', 'non-finite', /2.*"a".*--missing drop/, 'p.csv', 'a,b\nInfinity,2\n3,4\n', '--components', '1'],
    [
      'nothing but missing values',
      'empty-file',
      /none is left/,
      'p.csv',
      'a,b\n1,\n,2\n',
      '--columns',
      'a,b',
      '--missing',
      'drop',
    ],
    ['fewer points than components', 'too-few-points', /3/, 'p.csv', 'a,b\n1,2\n3,4\n', '--components', '3'],
    ['too many columns', 'too-many-features', /129.*128/, 'p.csv', wide(129), '--components', '1'],
    ['an unknown format', 'unknown-format', /\.xyz/, 'p.xyz', 'a,b\n1,2\n'],
    [
      'a truncated Parquet file',
      'truncated-file',
      /p\.parquet/,
      'p.parquet',
      readFileSync(FLIGHTS).subarray(0, 100_000),
    ],
  ];

  it.each(cases)('%s: %s', async (_what, code, words, name, content, ...options) => {
    expectFailure(await fitBadFile(name, content, ...options), code, words);
  });

  it('a file that is not there: unreadable-file', async () => {
    expectFailure(await emgpu(['fit', '/no/such/file.csv']), 'unreadable-file', /\/no\/such\/file\.csv|file\.csv/);
  });
});

describe('bad weights', () => {
  const cases: [what: string, code: string, words: RegExp, weights: string[], column?: string][] = [
    ['a negative one', 'invalid-weights', /line 3, column "w": the weight is -2/, ['1', '-2', '3', '1']],
    ['an empty one', 'non-finite', /line 4, column "w": the cell is empty/, ['1', '2', '', '1']],
    ['text', 'not-a-number', /line 2, column "w": "one"/, ['one', '2', '3', '1']],
    ['nothing but 0', 'invalid-weights', /all weights are 0/, ['0', '0', '0', '0']],
    ['no such column', 'missing-column', /"weight".*a, b, w/, ['1', '2', '3', '1'], 'weight'],
  ];

  it.each(cases)('%s: %s', async (_what, code, words, weights, column = 'w') => {
    const rows = weights.map((w, i) => `${i},${(i * i) % 3},${w}`);
    const content = `a,b,w\n${rows.join('\n')}\n`;
    const options = ['--weights-column', column, '--components', '1'];
    expectFailure(await fitBadFile('p.csv', content, ...options), code, words);
  });

  it('a column that is a feature as well', async () => {
    const options = ['--columns', 'waiting', '--weights-column', 'waiting'];
    expectFailure(await emgpu(['fit', FAITHFUL, ...options]), 'invalid-option', /"waiting"/, 2);
  });
});

describe('data without spread', () => {
  const constant = `a,b\n${Array.from({ length: 40 }, (_, i) => `${i % 10},7`).join('\n')}\n`;
  const duplicated = `a,b\n${Array.from({ length: 40 }, (_, i) => (i < 20 ? '1,2' : '3,5')).join('\n')}\n`;

  it.each([
    ['a constant column', constant],
    ['duplicated points', duplicated],
  ])('%s: fitted with the regulariser, refused with singular-covariance without', async (_what, content) => {
    using work = new Workplace();
    const file = work.write('p.csv', content);
    const options = ['fit', file, '--components', '2', '--backend', 'cpu', '--json'];
    const { status, stdout } = await emgpu(options);
    expect(status).toBe(0);
    expect(Number.isFinite(JSON.parse(stdout).logLikelihood)).toBe(true);
    expectFailure(await emgpu([...options, '--reg-covar', '0']), 'singular-covariance', /reg/i);
  });
});

describe('bad options', () => {
  const cases: [code: string, words: RegExp, ...options: string[]][] = [
    ['invalid-option', /--components.*whole number from 1 on, got "0"/, '--components', '0'],
    ['invalid-option', /--components.*got "2\.5"/, '--components', '2.5'],
    ['invalid-option', /--components.*got ""/, '--components', ''],
    ['too-many-components', /1,?024/, '--components', '1025'],
    ['invalid-option', /--tol.*from 0 on, got "-1"/, '--tol', '-1'],
    ['invalid-option', /--reg-covar.*got "x"/, '--reg-covar', 'x'],
    ['invalid-option', /--max-iter.*got "0"/, '--max-iter', '0'],
    ['invalid-option', /--seed.*got "-3"/, '--seed', '-3'],
    ['invalid-option', /--columns.*got "a,a"/, '--columns', 'a,a'],
    ['invalid-option', /--covariance.*full, tied, diag, spherical/, '--covariance', 'round'],
    ['invalid-option', /--restarts.*got "0"/, '--restarts', '0'],
    ['invalid-option', /--missing.*error, drop, em/, '--missing', 'skip'],
    ['invalid-option', /--accelerate.*off, auto, on/, '--accelerate', 'yes'],
    ['invalid-option', /--warm-up.*got "p\.csv".*--warm-up 65536/, '--warm-up', 'p.csv'],
    ['invalid-option', /--noise.*between 0 and 1, got "2"/, '--noise', '2'],
    ['invalid-option', /--freeze.*weights, means, covariances.*got "sigma"/, '--freeze', 'means,sigma'],
    ['invalid-option', /--chunk-rows.*got "0"/, '--chunk-rows', '0'],
    ['invalid-option', /--noise and --stream exclude/, '--noise', '--stream'],
    ['invalid-option', /--missing em and --stream exclude/, '--missing', 'em', '--stream'],
    ['invalid-option', /does not tell which rows/, '--labels', 'l.csv', '--missing', 'drop', '--stream'],
    ['invalid-option', /unknown option '--drop-missing'/, '--drop-missing'],
    ['invalid-option', /--backend.*auto, webgpu, cpu/, '--backend', 'tpu'],
    ['invalid-option', /--format.*parquet/, '--format', 'xls'],
    ['invalid-option', /--componets.*Did you mean --components/, '--componets', '3'],
  ];

  it.each(cases)('%s %s', async (code, words, ...options) => {
    expectFailure(await emgpu(['fit', IRIS, ...options]), code, words, 2);
  });

  it('an unknown command, a missing argument', async () => {
    expectFailure(await emgpu(['fti', IRIS]), 'invalid-option', /fti.*Did you mean fit/, 2);
    expectFailure(await emgpu(['fit']), 'invalid-option', /file/, 2);
    expectFailure(await emgpu(['sample', 'model.json']), 'invalid-option', /--number/, 2);
  });

  it('an output that cannot be written is noticed before the work', async () => {
    using work = new Workplace();
    const lost = await emgpu(['fit', FLIGHTS, '--out', work.at('no/such/folder/m.json')]);
    expectFailure(lost, 'invalid-option', /--out.*folder does not exist/, 2);
    const folder = await emgpu(['fit', IRIS, '--out', work.at('m.json'), '--report', work.path]);
    expectFailure(folder, 'invalid-option', /--report.*folder/, 2);
    const itself = await emgpu(['fit', work.write('p.csv', 'a\n1\n'), '--labels', work.at('p.csv')]);
    expectFailure(itself, 'invalid-option', /--labels.*read by the same command/, 2);
    expect(work.list()).toEqual(['p.csv']);
  });

  it('EMGPU_DEBUG adds the stack trace', async () => {
    const { stderr } = await emgpu(['fit', '/no/such/file.csv'], { EMGPU_DEBUG: '1' });
    expect(stderr).toMatch(/^emgpu: \[unreadable-file\] [^\n]+\n[^\n]+\n +at /);
  });
});

describe('bad models', () => {
  const model = (change: object) =>
    JSON.stringify({
      format: 'emgpu-model',
      version: 1,
      model: 'gaussian-mixture',
      covarianceType: 'spherical',
      nFeatures: 2,
      nComponents: 1,
      weights: [1],
      means: [[3, 70]],
      covariances: [100],
      ...change,
    });

  const cases: [what: string, code: string, content: string][] = [
    ['no JSON', 'invalid-model', '{"format":'],
    ['another kind of JSON', 'invalid-model', '[1,2]'],
    ['a newer version', 'invalid-model', model({ version: 2 })],
    ['a mean of another length', 'invalid-model', model({ means: [[3]] })],
    ['weights that do not sum to 1', 'invalid-model', model({ weights: [0.5] })],
    ['a negative variance', 'invalid-model', model({ covariances: [-1] })],
    ['three features for a file with two', 'model-mismatch', model({ nFeatures: 3, means: [[1, 2, 3]] })],
  ];

  it.each(cases)('%s: %s', async (_what, code, content) => {
    using work = new Workplace();
    const file = work.write('m.json', content);
    for (const args of [
      ['predict', file, FAITHFUL],
      ['score', file, FAITHFUL],
      ['fit', FAITHFUL, '--init', file],
    ]) {
      expectFailure(await emgpu([...args, '--backend', 'cpu']), code, /./);
    }
  });

  it('k-means where a mixture is wanted', async () => {
    using work = new Workplace();
    const kmeans = {
      format: 'emgpu-model',
      version: 1,
      model: 'k-means',
      nFeatures: 2,
      nClusters: 1,
      centers: [[1, 2]],
    };
    const file = work.write('k.json', JSON.stringify(kmeans));
    expectFailure(await emgpu(['sample', file, '-n', '5']), 'model-mismatch', /k-means/);
    expectFailure(await emgpu(['predict', file, FAITHFUL, '--proba']), 'model-mismatch', /--proba/);
    expectFailure(
      await emgpu(['predict', file, FAITHFUL, '--proba', '--distances']),
      'model-mismatch',
      /--proba needs a mixture/,
    );
    expectFailure(await emgpu(['fit', FAITHFUL, '--init', file]), 'model-mismatch', /--init/);
    expectFailure(await emgpu(['impute', file, FAITHFUL]), 'model-mismatch', /Gaussian mixture/);
    expectFailure(await emgpu(['score', file, FAITHFUL, '--missing', 'em']), 'model-mismatch', /--missing em/);
    expectFailure(await emgpu(['evaluate', file, FAITHFUL, '--folds', '3']), 'model-mismatch', /--folds/);
  });

  it('a model and options that contradict each other', async () => {
    using work = new Workplace();
    const file = work.write('m.json', model({}));
    const outcome = await emgpu(['fit', FAITHFUL, '--init', file, '--components', '3', '--backend', 'cpu']);
    expect(outcome.stderr).toMatch(/^emgpu: \[(model-mismatch|invalid-option)\] .*\n$/);
    expect(outcome.status).not.toBe(0);
  });
});

describe('machines', () => {
  it('webgpu without an adapter: no-adapter', async () => {
    const noDrivers = { VK_DRIVER_FILES: '/dev/null', VK_ICD_FILENAMES: '/dev/null' };
    const outcome = await emgpu(['fit', IRIS, '--backend', 'webgpu'], noDrivers);
    // Dawn writes warnings of its own to the terminal, past Node.
    const stderr = outcome.stderr.slice(outcome.stderr.indexOf('emgpu:'));
    expectFailure({ ...outcome, stderr }, 'no-adapter', /--backend cpu/);
  });
});
