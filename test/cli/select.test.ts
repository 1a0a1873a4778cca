import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emgpu, FAITHFUL, IRIS, Workplace } from './emgpu.ts';

const CPU = ['--backend', 'cpu'];

describe('emgpu select', () => {
  it('finds what mclust finds for Old Faithful, writes it, and draws the criterion', async () => {
    using work = new Workplace();
    const [out, report] = [work.at('best.json'), work.at('r.html')];
    const options = ['--components', '2:4', '--restarts', '3', '--out', out, '--report', report];
    const { status, stdout, stderr } = await emgpu(['select', FAITHFUL, ...options, ...CPU]);
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/\nK +full +tied +diag +spherical +tied-diag +tied-spherical\n2 /);
    expect(stdout).toMatch(/\n3 +\d,\d{3}\.\d\d +2,314\.30\* /);
    expect(stdout).toContain('BIC of mixtures of K components; smaller is better.  * the best');
    expect(stdout).toMatch(/\nBIC +2,314\.\d+\n/);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ covarianceType: 'tied', nComponents: 3 });
    const html = readFileSync(report, 'utf8');
    expect(html).toContain('aria-label="BIC against the number of components"');
    expect(html).toContain('The best of 18 models by BIC');
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('prints one JSON object: the criterion, the best, all candidates, and the fit', async () => {
    const options = ['--components', '1,3', '--covariance', 'diag,tied', '--criterion', 'icl', '--json'];
    const { status, stdout } = await emgpu(['select', IRIS, ...options, ...CPU]);
    expect(status).toBe(0);
    const { criterion, best, rows, fit } = JSON.parse(stdout);
    expect(criterion).toBe('icl');
    expect(
      rows.map((row: { nComponents: number; covarianceType: string }) => [row.nComponents, row.covarianceType]),
    ).toEqual([
      [1, 'tied'],
      [1, 'diag'],
      [3, 'tied'],
      [3, 'diag'],
    ]);
    expect(best.icl).toBe(Math.min(...rows.map((row: { icl: number }) => row.icl)));
    expect(fit).toMatchObject({ model: 'gaussian-mixture', nComponents: best.nComponents, icl: best.icl });
  });

  it('shows candidates that cannot be fitted as refused, and why', async () => {
    using work = new Workplace();
    const file = work.write('few.csv', `a\n${[1, 2, 4, 8, 9].join('\n')}\n`);
    const args = ['select', file, '--components', '1,6', '--covariance', 'tied', ...CPU];
    const { status, stdout } = await emgpu(args);
    expect(status).toBe(0);
    expect(stdout).toMatch(/\n6 +—\n/);
    expect(stdout).toMatch(/— refused\n +6 tied: At least as many points/);
  });

  it('chooses among Poisson mixtures', async () => {
    using work = new Workplace();
    const counts = Array.from({ length: 200 }, (_, i) => (i % 2 ? (i * 3) % 4 : 20 + (i % 7)));
    const file = work.write('c.csv', `n\n${counts.join('\n')}\n`);
    const args = ['select', file, '--family', 'poisson', '--components', '1:3', '--json', ...CPU];
    expect(JSON.parse((await emgpu(args)).stdout).best.nComponents).toBe(2);
  });

  const bad: [words: RegExp, ...options: string[]][] = [
    [/--components.*lowest first.*got "9:1"/, '--components', '9:1'],
    [/--components.*got "0:3"/, '--components', '0:3'],
    [/--components.*got "1:2:3"/, '--components', '1:2:3'],
    [/--components.*got "1:100000000"/, '--components', '1:100000000'],
    [/--components.*got "1,,3"/, '--components', '1,,3'],
    [/--covariance.*tied-spherical.*got "round"/, '--covariance', 'full,round'],
    [/--covariance.*got ""/, '--covariance', ''],
    [/--criterion.*bic, aic, icl/, '--criterion', 'dic'],
    [/--covariance belongs to Gaussian mixtures/, '--family', 'poisson', '--covariance', 'full'],
    [/--missing em belongs to Gaussian mixtures/, '--family', 'poisson', '--missing', 'em'],
    [/--init.*k-means/, '--init', 'model.json'],
  ];

  it.each(bad)('refuses %s', async (words, ...options) => {
    const { status, stdout, stderr } = await emgpu(['select', IRIS, ...options]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^emgpu: \[invalid-option\] [^\n]+\n$/);
    expect(stderr).toMatch(words);
  });
});
