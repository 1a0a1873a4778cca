import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
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
