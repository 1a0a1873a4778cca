import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CLI, FLIGHTS, Workplace } from './emgpu.ts';

const MODEL = {
  format: 'emgpu-model',
  version: 1,
  model: 'gaussian-mixture',
  covarianceType: 'spherical',
  nFeatures: 2,
  nComponents: 1,
  featureNames: ['x', 'y, in "m"'],
  weights: [1],
  means: [[0, 0]],
  covariances: [1],
};

describe('signals and pipes', () => {
  it.runIf(process.platform !== 'win32')('an interrupted fit says so, exits with 130 and leaves nothing', async () => {
    using work = new Workplace();
    const outputs = ['--out', work.at('m.json'), '--report', work.at('r.html')];
    // tol 0 and many iterations: the fit is still running, wherever the signal finds it.
    const job = [
      'fit',
      FLIGHTS,
      '--columns',
      'delay,distance',
      '--tol',
      '0',
      '--max-iter',
      '100000',
      '--backend',
      'cpu',
    ];
    const child = spawn(process.execPath, [CLI, ...job, ...outputs], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part) => (output += part));
    const closed = once(child, 'close');
    while (work.list().length < 2) await sleep(20);
    expect(work.list().every((name) => name.endsWith('.tmp'))).toBe(true);
    await sleep(2000);
    child.kill('SIGINT');
    expect(await closed).toEqual([130, null]);
    expect(output).toMatch(/^emgpu: \[aborted\] [^\n]+\n$/);
    expect(work.list()).toEqual([]);
  });

  it.runIf(process.platform !== 'win32')('a reader that has seen enough ends the command quietly', async () => {
    using work = new Workplace();
    const model = work.write('m.json', JSON.stringify(MODEL));
    const command = `"${process.execPath}" "${CLI}" sample "${model}" -n 300000 | head -n 2`;
    const child = spawn('bash', ['-o', 'pipefail', '-c', command], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (part) => (stdout += part));
    child.stderr.setEncoding('utf8').on('data', (part) => (stderr += part));
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^x,"y, in ""m"""\n-?\d[^\n]*\n$/);
  });

  it('outputs may be devices, which are written to and not replaced', async () => {
    using work = new Workplace();
    const model = work.write('m.json', JSON.stringify(MODEL));
    const child = spawn(process.execPath, [CLI, 'sample', model, '-n', '10', '--out', '/dev/null'], {
      stdio: 'ignore',
    });
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(readFileSync('/dev/null', 'utf8')).toBe('');
  });
});
