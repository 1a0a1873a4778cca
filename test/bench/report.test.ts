import { expect, test } from 'vitest';
import { rates } from '../../bench/formulas.ts';
import { peerDots, roofline } from '../../bench/report/charts.ts';
import { doublings, markdown, table } from '../../bench/report/markdown.ts';
import { digits, percent } from '../../bench/report/numbers.ts';
import { memoryLine, peerLine } from '../../bench/report/peers.ts';
import { firstLine, uploadLine } from '../../bench/report/start.ts';
import { streamLine } from '../../bench/report/streams.ts';
import { EXPLANATIONS, facts, headings, headLine, rowLine, skippedLines } from '../../bench/report/table.ts';
import type { Report, Row } from '../../bench/row.ts';
import { casesOf } from '../../bench/suites.ts';
import { summarize } from '../../bench/summary.ts';

const roof = { gflops: 1000, gbps: 100, how: 'some kernels' };
const check = { iterations: 2, deviation: 3.2e-8, tolerance: 1e-5 };

function rowOf(one = casesOf('quick')[0]!, nSamples = 1e6, times = [20, 22, 21]): Row {
  const ms = summarize(times);
  const { kind, nFeatures, nComponents } = one;
  return {
    ...{ case: one, nSamples, status: 'ok', ms, check },
    rates: rates(kind, nSamples, nFeatures, nComponents, ms.median, roof),
    memory: { peakBytes: 40 * 2 ** 20, pointBytes: 32e6 },
  };
}

const wrong: Row = {
  ...{ case: casesOf('quick')[1]!, nSamples: 5000, status: 'wrong', reason: 'after 2 iterations 1e-1 off' },
  check: { ...check, deviation: 0.1 },
};

const report: Report = {
  ...{ format: 'emgpu-bench', version: 1, command: 'npm run -s bench -- --seconds 9', date: '2026-11-20T00:00:00Z' },
  ...{ emgpu: 'emgpu 0', runtime: 'Node', processor: 'one', backend: 'webgpu', seconds: 9, roof },
  adapter: { name: 'some gpu', driver: 'its driver', isSoftware: false },
  missing: { 'GPU time': 'no timestamps' },
  rows: [rowOf(), wrong],
  skipped: [
    { label: 'quick: tied', reason: 'no time' },
    { label: 'quick: full', reason: 'no time' },
  ],
};

test('numbers have three digits and no exponent where that reads well', () => {
  expect([1234.5, 12.345, 1.2345, 0.1234, 2e-6, 0].map((x) => digits(x))).toEqual([
    '1235',
    '12.3',
    '1.23',
    '0.123',
    '2.0e-6',
    '0',
  ]);
  expect([0.789, 0.0123, 0.00012].map((x) => percent(x))).toEqual(['79 %', '1.2 %', '0.01 %']);
});

test('rows stand below their headings', () => {
  const line = rowLine(rowOf());
  for (const [head, text] of [
    ['ms', '21.0'],
    ['N', '1,000,000'],
    ['off', '3.2e-8'],
    ['% FMA', '32 %'],
  ] as const) {
    const end = headLine.indexOf(`${head}  `) < 0 ? headLine.length : headLine.indexOf(` ${head}`) + head.length + 1;
    expect(line.slice(0, end).endsWith(text), `${head}\n${headLine}\n${line}`).toBe(true);
  }
});

test('a wrong row says so and shows no time', () => {
  expect(rowLine(wrong)).toMatch(/^diag +16 +32 +5,000 +WRONG: after 2 iterations 1e-1 off$/);
});

test('what was not run is one line for each reason', () => {
  expect(skippedLines(report.skipped)).toEqual(['not run, no time (2): quick: tied; quick: full']);
});

test('peers that did not run have the reason in place of the time', () => {
  const about = { kind: 'full', name: 'jax' } as const;
  expect(peerLine({ ...about, reason: 'It has no module jax.' })).toMatch(/^full +jax +It has no module jax\.$/);
  expect(peerLine({ ...about, ms: summarize([5, 6, 7]), deviceBytes: 2 ** 20, check })).toMatch(
    /5\.00 \/ +6\.00 \/ +7\.00 +1\.00 MiB +off 3\.2e-8$/,
  );
  expect(memoryLine({ ...about, nComponents: 64, bytes: 2 ** 21 })).toMatch(/K 64: 2\.00 MiB$/);
});

test('the page has the command, the machine, the rows, the plots and what is missing', () => {
  const page = markdown(report, { roofline: 'some-gpu-roofline.svg' });
  for (const part of [
    '# Benchmark: some gpu',
    'npm run -s bench -- --seconds 9',
    '| driver | its driver |',
    '1000 GFLOP/s, 100 GB/s (some kernels)',
    'GPU time: no timestamps',
    '](some-gpu-roofline.svg)',
    '| full | 8 | 32 | 1,000,000 | 21.0 |',
    'WRONG: after 2 iterations',
    '## Not run',
  ]) {
    expect(page).toContain(part);
  }
  expect(page).not.toContain('## Growing');
});

test('every column is explained, in its place, below the first table and only there', () => {
  expect(EXPLANATIONS.flatMap(([heads]) => heads)).toEqual(headings);
  const page = markdown({ ...report, rows: [rowOf(), rowOf(casesOf('quick').find(({ latency }) => latency))] }, {});
  const [first, second] = page.split('## Small problems');
  for (const [heads, text] of EXPLANATIONS) expect(first).toContain(`- **${heads.join(', ')}**: ${text}.`);
  expect(second).toContain('Columns as under the first table.');
  expect(second).not.toContain('- **');
});

test('streams are told beside the longest of their stages', () => {
  const [read, compute, pass] = [summarize([2, 2.1, 1.9]), summarize([1, 1, 1]), summarize([2.2, 2.5, 2.1])];
  const row = { nSamples: 2e7, nFeatures: 2, nComponents: 3, read, compute, pass };
  const page = markdown({ ...report, streams: [row] }, {});
  expect(page).toContain('## Streams');
  expect(page).toContain('| 3 | 20,000,000 | 2.00 | 1.00 | 2.20 | 2.10 | 2.50 | 1.10 |');
  expect(streamLine(row)).toMatch(/ 3 +20,000,000 +2\.00 +1\.00 +2\.20 +2\.10 +2\.50 +1\.10$/);
});

test('first iterations and uploads are told beside what else they could take, wrong ones without', () => {
  const names = { kind: 'full', nSamples: 1e6, nFeatures: 7, nComponents: 15, check } as const;
  const [shape, device, again] = [summarize([280]), summarize([90, 80, 85]), summarize([9, 8, 7])];
  const first = { ...names, shape, device, again };
  const upload = {
    nSamples: 1e6,
    nFeatures: 8,
    bytes: 32e6,
    ours: summarize([0.01]),
    writeBuffer: summarize([0.008]),
    check,
  };
  const start = { first: [first, { ...names, reason: 'off' }], upload: [upload], skipped: [] };
  const page = markdown({ ...report, start }, {});
  expect(page).toContain('## Start and upload');
  expect(page).toContain('| full | 7 | 15 | 1,000,000 | 280 | 85.0 | 8.00 | 3.2e-8 |');
  expect(page).toContain('| full | 7 | 15 | 1,000,000 | WRONG: off |');
  expect(page).toContain('| 8 | 1,000,000 | 32.0 | 3.20 | 4.00 | 80 % | 3.2e-8 |');
  expect(firstLine(first)).toMatch(/full +7 +15 +1,000,000 +280 +85\.0 +8\.00 +3\.2e-8$/);
  expect(uploadLine(upload)).toMatch(/80 % +3\.2e-8$/);
});

test('the commit stands beside the version', () => {
  expect(facts({ ...report, commit: '0123456789ab' })).toContainEqual(['library', 'emgpu 0, commit 0123456789ab']);
  expect(facts(report)).toContainEqual(['library', 'emgpu 0']);
});

test('text in tables cannot break them', () => {
  expect(table(['a', 'b'], [['x|y', 'z']])).toBe('| a | b |\n| --- | ---: |\n| x\\|y | z |');
});

test('doublings are relative to the points, which are round numbers', () => {
  const series = casesOf('scaling', ['full']).filter((one) => one.series === 'N');
  const rows = [rowOf(series[0], 100, [1]), rowOf(series[1], 200, [2]), rowOf(series[2], 410, [4.1])];
  expect(doublings(rows)).toMatch(/full 2\.00, 2\.00\.$/);
});

test('the roofline is an SVG file of its own with a mark for every row', () => {
  const svg = roofline([rowOf(), rowOf(casesOf('quick')[2])], roof);
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(svg).toContain('multiply-adds, 1000 GFLOP/s');
  expect(svg).toContain('16 × 32');
});

test('peers are dots on a logarithmic axis, the fastest first, of every model apart', () => {
  const row = (kind: 'full' | 'k-means', name: string, ms: number) => ({ kind, name, ms: summarize([ms]) });
  const rows = [row('full', 'slow', 2000), row('full', 'emgpu webgpu', 2), row('full', 'middle', 20)];
  const svg = peerDots([...rows, row('k-means', 'other', 0.5), { kind: 'full', name: 'absent', reason: 'not there' }]);
  const texts = [...svg.matchAll(/<text[^>]*>([^<]+)<\/text>/g)].map(([, text]) => text);
  expect(texts).toEqual(expect.arrayContaining(['0.1', '10,000', 'full', 'k-means', '2.00 ms', '2000 ms']));
  expect(texts).not.toContain('absent');
  const names = texts.filter((text) => /^(slow|emgpu webgpu|middle|other)$/.test(text!));
  expect(names).toEqual(['emgpu webgpu', 'middle', 'slow', 'other']);
  const [fast, middle, slow] = [...svg.matchAll(/<circle[^>]* cx="([\d.]+)"/g)].map(([, x]) => Number(x));
  expect((slow! - fast!) / (middle! - fast!)).toBeCloseTo(3, 3);
  expect(svg).not.toContain('<rect');
});
