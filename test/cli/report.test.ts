import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { paletteCss } from '../../src/cli/report/palette.ts';
import { uniforms } from '../cpu/samples.ts';
import { emgpu, FAITHFUL, IRIS, Workplace } from './emgpu.ts';

/** Fits and returns the report. */
async function report(args: readonly string[]): Promise<string> {
  using work = new Workplace();
  const path = work.at('report.html');
  const { status, stderr } = await emgpu([...args, '--backend', 'cpu', '--report', path]);
  expect(status, stderr).toBe(0);
  return readFileSync(path, 'utf8');
}

const charts = (html: string) => [...html.matchAll(/<svg[^>]* aria-label="([^"]*)"/g)].map(([, label]) => label);

/** What linear RGB becomes in eyes without one kind of cones: Machado, Oliveira & Fernandes (2009), severity 1. */
const EYES = {
  'normal vision': [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

type Triple = [number, number, number];

const times = (m: number[], [a, b, c]: Triple) =>
  [0, 3, 6].map((row) => m[row]! * a + m[row + 1]! * b + m[row + 2]! * c) as Triple;

/** CIELAB, white D65, of linear RGB. */
function lab(rgb: Triple): Triple {
  const toXyz = [0.4124564, 0.3575761, 0.1804375, 0.2126729, 0.7151522, 0.072175, 0.0193339, 0.119192, 0.9503041];
  const [x, y, z] = times(toXyz, rgb.map((c) => Math.min(1, Math.max(0, c))) as Triple);
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const [fx, fy, fz] = [f(x / 0.95047), f(y), f(z / 1.08883)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

function linear(hex: string): Triple {
  const part = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16) / 255;
  return [1, 3, 5].map(part).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as Triple;
}

describe('the palette', () => {
  describe.each(['light', 'dark'] as const)('%s', (scheme) => {
    it.each(Object.entries(EYES))('has eight colours that differ for %s', (_eyes, matrix) => {
      const colors = paletteCss(scheme).match(/#[0-9a-f]{6}/g)!;
      expect(colors).toHaveLength(8);
      const seen = colors.map((hex) => lab(times(matrix, linear(hex))));
      const apart = seen.flatMap((a, i) => seen.slice(0, i).map((b) => Math.hypot(...a.map((x, j) => x - b[j]!))));
      // One is told from the next at about 2.3 side by side; small dots need more.
      expect(Math.min(...apart)).toBeGreaterThan(12);
    });
  });
});

describe('the report', () => {
  it.each([
    ['one column', ['fit', FAITHFUL, '--columns', 'waiting', '--components', '2'], 1],
    ['two columns', ['fit', FAITHFUL, '--components', '2'], 1],
    ['four columns', ['fit', IRIS, '--components', '3'], 10],
    ['k-means', ['kmeans', FAITHFUL, '--clusters', '3'], 1],
    ['k-means of one column', ['kmeans', FAITHFUL, '--columns', 'waiting', '--clusters', '2'], 1],
  ])('draws %s and the course of the fit, and loads nothing', async (_what, args, pictures) => {
    const html = await report(args);
    expect(html.startsWith('<!DOCTYPE html>')).toBe(true);
    expect(charts(html)).toHaveLength(pictures + 1);
    expect(charts(html).at(-1)).toMatch(/^(log-likelihood|inertia) per point against iteration$/);
    expect(html).toContain('prefers-color-scheme:dark');
    expect(html).not.toMatch(/<(script|link|img|iframe|object|embed)\b/i);
    expect(html).not.toMatch(/https?:\/\/|@import|(src|href)=/i);
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });

  it.each([2, 3, 4, 8])('numbers %i iterations by whole numbers, each once', async (count) => {
    const fit = ['fit', FAITHFUL, '--components', '3', '--bounds', '--tol', '0', '--max-iter', `${count}`];
    const html = await report(fit);
    const axis = (label: string) => {
      const chart = new RegExp(`<svg[^>]* aria-label="${label}".*?</svg>`, 's').exec(html)![0];
      const ticks = /<g[^>]* aria-label="x-axis tick label".*?<\/g>/s.exec(chart)![0];
      return [...ticks.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => Number(text));
    };
    for (const [label, first] of [
      ['log-likelihood per point against iteration', 0],
      ['gain of every iteration, bound and KL divergence', 1],
    ] as const) {
      const numbers = axis(label);
      if (count <= 4) expect(numbers).toEqual(Array.from({ length: count + 1 - first }, (_, i) => first + i));
      expect(numbers.every(Number.isInteger)).toBe(true);
      expect(new Set(numbers).size).toBe(numbers.length);
    }
  });

  it('shows at most six of many columns, and says so', async () => {
    using work = new Workplace();
    const row = (i: number) => Array.from({ length: 8 }, (_, j) => ((i * (j + 3)) % 17) + (i % 2) * j * 100).join(',');
    const file = work.write(
      'eight.csv',
      `a,b,c,d,e,f,g,h\n${Array.from({ length: 200 }, (_, i) => row(i)).join('\n')}`,
    );
    const html = await report(['fit', file, '--components', '2']);
    expect(charts(html)).toHaveLength(21 + 1);
    expect(html).toContain('The 6 of 8 columns that tell the components apart best.');
    expect(charts(html)).toContain('Density of h');
    expect(charts(html)).not.toContain('Density of a');
  });

  it('shows that a table goes on beyond the edge, and says what condition numbers depend on', async () => {
    const html = await report(['fit', FAITHFUL, '--components', '2']);
    expect(html).toMatch(/<div class="scroll[^"]*"><table>/);
    expect(html).toMatch(/\.scroll\{[^}]*overflow-x:auto[^}]*local[^}]*scroll\}/);
    expect(html).toContain('over the smallest; it depends on the units of the columns.');
  });

  it('leaves outliers outside the axes, and says so', async () => {
    using work = new Workplace();
    const rows = Array.from({ length: 1000 }, (_, i) => (i === 500 ? '1e9,1' : `${i % 31},${i % 17}`));
    const html = await report(['fit', work.write('far.csv', `x,y\n${rows.join('\n')}`), '--components', '1']);
    expect(html).toContain('0.10 % of the points are not in the picture');
  });

  it('takes names for text, never for markup', async () => {
    using work = new Workplace();
    const names = '"<script>alert(1)</script>","<img src=x onerror=alert(1)>","a""onload=""alert(1)"';
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 11},${i % 13}`);
    const file = work.write('<b>evil.csv', `${names}\n${rows.join('\n')}`);
    const html = await report(['fit', file, '--components', '2']);
    // Within an attribute's quotes, < is harmless; outside of them it must be escaped.
    const markup = html.replace(/="[^"]*"/g, '');
    expect(markup).not.toMatch(/<(script|img|b)\b/);
    expect(markup).not.toMatch(/\sonload/);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });
});

describe('standard errors in the report', () => {
  const below = (html: string) =>
    [...html.matchAll(/<div class="se">\(([^)]*)\)<\/div>/g)].map(([, text]) => Number(text));
  const note = (html: string) => /<p class="note">((?:No standard errors|Below a weight)[^<]*)<\/p>/.exec(html)?.[1];
  /** A CSV file of so many random columns and rows, in two groups. */
  const table = (rows: number, columns: number) => {
    const next = uniforms(1);
    const names = Array.from({ length: columns }, (_, d) => `c${d}`);
    const body = Array.from({ length: rows }, (_, n) => names.map(() => (next() + 3 * (n % 2)).toFixed(4)).join(','));
    return `${names.join(',')}\n${body.join('\n')}\n`;
  };

  it('stand below weights and means, as the guide has them', async () => {
    const html = await report(['fit', FAITHFUL, '--components', '2', '--tol', '1e-10', '--reg-covar', '0']);
    // docs/guide/what-em-does.md, to two digits.
    expect(below(html)).toEqual([0.029, 0.031, 0.46, 0.029, 0.027, 0.59]);
    expect(note(html)).toBe(
      'Below a weight or mean, in brackets: its standard error, if the points come from such a mixture.',
    );
  });

  it('are those of the weights, and there is one for the noise but none for the weight of a single component', async () => {
    const single = ['fit', FAITHFUL, '--columns', 'waiting', '--components', '1'];
    // Of 272 waiting times of standard deviation 13.57.
    expect(below(await report(single))).toEqual([Number((13.57 / Math.sqrt(272)).toPrecision(2))]);
    using work = new Workplace();
    const rows = readFileSync(FAITHFUL, 'utf8').trimEnd().split('\n').slice(1);
    const file = work.write('four.csv', `x,waiting,w\n${rows.map((row) => `${row},4`).join('\n')}\n`);
    const weighted = await report(['fit', file, '--columns', 'waiting', '--weights-column', 'w', '--components', '1']);
    expect(below(weighted)).toEqual([Number((13.57 / Math.sqrt(4 * 272)).toPrecision(2))]);
    const noisy = await report([...single.slice(0, -1), '2', '--noise']);
    expect(note(noisy)).toMatch(/mixture\. That of the weight of the noise is 12 %\.$/);
  });

  it('come with a caution where the fit is not the likeliest, for its regulariser', async () => {
    const html = await report(['fit', FAITHFUL, '--components', '2', '--reg-covar', '0.03']);
    expect(below(html)).toHaveLength(6);
    expect(note(html)).toMatch(
      /such a mixture\. The log-likelihood of these points is largest elsewhere: covariances.* would move by .* without regulariser/,
    );
  });

  it.each([
    ['a prior', ['--prior'], 'the fit has a prior'],
    ['frozen parameters', ['--freeze', 'means,weights'], 'weights and means were frozen'],
    ['a stream', ['--chunk-rows', '100'], 'the file was streamed, and each pass for them would read it again'],
    [
      'no maximum yet',
      ['--max-iter', '1'],
      /^the log-likelihood is not at a maximum in a direction that is mostly \w+\[.*\]$/,
    ],
  ])('are absent with %s, which is said', async (_what, options, reason) => {
    const html = await report(['fit', FAITHFUL, '--components', '3', ...options]);
    expect(below(html)).toEqual([]);
    const [, found] = /^No standard errors: (.*)\.$/.exec(note(html)!)!;
    expect(found).toMatch(reason);
  });

  it.each([
    ['parameters', 200, 12, 3, 'with 272 parameters and 200 points they'],
    ['points', 9000, 8, 4, 'with 179 parameters and 9,000 points they'],
  ])('are absent with too many %s, and it is said who has them', async (_what, rows, columns, K, start) => {
    using work = new Workplace();
    const file = work.write('large.csv', table(rows, columns));
    const html = await report(['fit', file, '--components', `${K}`, '--max-iter', '3']);
    expect(below(html)).toEqual([]);
    expect(note(html)).toBe(
      `No standard errors: ${start} take too long for a report; emgpu evaluate --standard-errors has them.`,
    );
  });

  it('are absent where units are so small that there are no numbers for them', async () => {
    using work = new Workplace();
    const rows = readFileSync(FAITHFUL, 'utf8').trimEnd().split('\n').slice(1);
    const tiny = rows.map((row) => `${row.split(',')[1]}e-90`);
    const file = work.write('tiny.csv', `waiting\n${tiny.join('\n')}\n`);
    const html = await report(['fit', file, '--components', '1', '--reg-covar', '0']);
    expect(note(html)).toBe('No standard errors: in the units of the columns they are beyond what numbers can hold.');
  });

  it('are no matter of k-means and of counts', async () => {
    for (const args of [
      ['kmeans', FAITHFUL, '--clusters', '2'],
      ['poisson', FAITHFUL, '--columns', 'waiting', '--components', '2'],
    ]) {
      const html = await report(args);
      expect(below(html)).toEqual([]);
      expect(html).not.toMatch(/standard error/i);
    }
  });
});
