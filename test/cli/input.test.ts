import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emgpu, IRIS, Workplace } from './emgpu.ts';

const CPU = ['--backend', 'cpu'];

describe('what the commands read', () => {
  it('is standard input where the file is "-", of any format', async () => {
    const args = ['fit', '--components', '2', '--json', ...CPU];
    const { logLikelihood } = JSON.parse((await emgpu([...args, IRIS])).stdout);
    const piped = await emgpu([...args, '-'], {}, readFileSync(IRIS, 'utf8'));
    expect(JSON.parse(piped.stdout)).toMatchObject({ nSamples: 150, logLikelihood });
    const streamed = await emgpu([...args, '-', '--stream'], {}, 'x\n1\n2\n');
    expect(streamed.stderr).toContain('[invalid-option] --stream reads the file again and again');
  });

  it('leaves out columns of text, and says so: a warning where a slip may be the cause', async () => {
    using work = new Workplace();
    const file = work.write('slip.csv', 'x,y,kind\n1,2,a\n3,4,b\n5,oops,c\n7,8,d\n');
    const fit = ['fit', file, '--components', '1', ...CPU];
    const { stderr } = await emgpu(fit);
    expect(stderr).toContain('read     4 × 1 (x)');
    expect(stderr).toContain('warning  Column "y" was left out: line 4 holds "oops".');
    expect(stderr).toContain('left out kind (line 2 holds "a")');
    const json = await emgpu([...fit, '--json']);
    expect(json.stderr).toBe(
      'warning  Column "y" was left out: line 4 holds "oops". Correct the file, or name columns with --columns.\n',
    );
  });

  it('names no more than four columns of a kind that were left out', async () => {
    const names = Array.from({ length: 9 }, (_, i) => `c${i}`);
    const rows = [names, names.map(() => '1'), names.map((_, i) => (i < 6 ? 'oops' : '2')), names.map(() => '5')];
    const text = rows.map((row) => row.join(',')).join('\n');
    const { stderr } = await emgpu(['fit', '-', '--components', '1', '--json', ...CPU], {}, text);
    expect(stderr.match(/Column "c\d" was left out/g)).toHaveLength(4);
    expect(stderr).toContain('warning  2 more columns that hold numbers were left out, for such reasons.');
  });

  it('has a header where that is said, or where it looks like one: what is written is read again', async () => {
    using work = new Workplace();
    const points = work.write('points.csv', '1,2\n3,5\n5,4\n');
    await emgpu(['fit', points, '--components', '1', '--out', work.at('model.json'), ...CPU]);
    const { stdout } = await emgpu(['sample', work.at('model.json'), '-n', '20']);
    const read = JSON.parse((await emgpu(['fit', '-', '--components', '1', '--json', ...CPU], {}, stdout)).stdout);
    expect(read).toMatchObject({ nSamples: 20, featureNames: ['0', '1'] });
    const years = ['fit', '-', '--components', '1', '--json', '--header', 'yes', ...CPU];
    expect(JSON.parse((await emgpu(years, {}, '2019,2020\n1,2\n3,5\n4,4\n')).stdout).featureNames).toEqual([
      '2019',
      '2020',
    ]);
  });
});
