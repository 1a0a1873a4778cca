import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fileStore } from '../../src/backends/file-store.ts';
import { withMemory } from '../../src/backends/text-store.ts';
import { kernelFor } from '../../src/backends/webgpu/kernels.ts';
import type { Dispatch } from '../../src/backends/webgpu/pace.ts';
import { Search } from '../../src/backends/webgpu/search.ts';
import { shapeOf } from '../../src/backends/webgpu/shape.ts';
import { rememberedStages, Tuning } from '../../src/backends/webgpu/tuning.ts';
import {
  adapterKey,
  choiceKey,
  formatTuning,
  listChoices,
  parseTuning,
  TUNING_FILE,
} from '../../src/backends/webgpu/tuning-file.ts';
import { chooseVariant, defaultVariant, laddersFor } from '../../src/backends/webgpu/variant.ts';
import type { KernelParameters } from '../../src/em/types.ts';

const folder = mkdtempSync(join(tmpdir(), 'emgpu-cache-'));
afterAll(() => rmSync(folder, { recursive: true }));

const info = { vendor: 'acme', architecture: 'anvil', device: '1', description: 'Acme 1' } as GPUAdapterInfo;
const diag = kernelFor({ kind: 'diag' } as KernelParameters);

describe('the cache folder', () => {
  test('is made when it is needed, and keeps a text whole', async () => {
    const home = join(folder, 'not', 'yet');
    const store = fileStore(home);
    await expect(store.read('a.json')).rejects.toThrow(/ENOENT/);
    await store.write('a.json', 'one');
    await store.write('a.json', 'two');
    expect(await store.read('a.json')).toBe('two');
    expect(readdirSync(home)).toEqual(['a.json']);
  });

  test('has the last of many texts written at once, and no drafts', async () => {
    const home = join(folder, 'many');
    const texts = Array.from({ length: 20 }, (_, i) => `${i}`.repeat(10_000));
    await Promise.all(texts.map((text) => fileStore(home).write('a.json', text)));
    expect(texts).toContain(readFileSync(join(home, 'a.json'), 'utf8'));
    expect(readdirSync(home)).toEqual(['a.json']);
  });

  test('follows XDG_CACHE_HOME', async () => {
    const before = process.env.XDG_CACHE_HOME;
    process.env.XDG_CACHE_HOME = join(folder, 'xdg');
    try {
      await fileStore().write('a.json', 'text');
    } finally {
      process.env.XDG_CACHE_HOME = before;
    }
    // Other systems have places of their own.
    if (process.platform === 'linux') expect(readFileSync(join(folder, 'xdg', 'emgpu', 'a.json'), 'utf8')).toBe('text');
  });

  test('that cannot be made leaves memory', async () => {
    writeFileSync(join(folder, 'file'), '');
    const store = withMemory(fileStore(join(folder, 'file', 'below')));
    expect(await store.read('a.json')).toBeUndefined();
    await store.write('a.json', 'text');
    expect(await store.read('a.json')).toBe('text');
  });

  test('that is read-only does not bring its old text back', async () => {
    const files = fileStore(join(folder, 'later'));
    await files.write('a.json', 'old');
    const store = withMemory({ ...files, write: () => Promise.reject(new Error('read-only')) });
    expect(await store.read('a.json')).toBe('old');
    await store.write('a.json', 'new');
    expect(await store.read('a.json')).toBe('new');
  });
});

describe('the file of choices', () => {
  test('holds what was written', () => {
    const remembered = { [adapterKey(info)!]: { [choiceKey('assign', 8, 12)]: 4 } };
    expect(parseTuning(formatTuning(remembered))).toEqual(remembered);
    expect(listChoices(remembered[adapterKey(info)!]!)).toEqual([
      { stage: 'assign', nFeatures: 8, nComponents: 16, choice: 4 },
    ]);
  });

  test('is empty where it is none', () => {
    const texts = [
      '',
      '{',
      'null',
      '[]',
      '7',
      '{}',
      '{"format":"emgpu-tuning"}',
      undefined,
      3,
      '{"adapters":{"a":{}}}',
    ];
    for (const text of texts) expect(parseTuning(text)).toEqual({});
    const odd = { format: 'emgpu-tuning', adapters: { a: 5, b: null, c: { x: 'four', y: 4 } } };
    expect(parseTuning(JSON.stringify(odd))).toEqual({ c: { y: 4 } });
    expect(listChoices({ nonsense: 4 })).toEqual([]);
  });

  test('tells adapters, stages, D and K to the next power of two apart', () => {
    expect(adapterKey(info)).toBe('acme | anvil | 1 | Acme 1');
    expect(adapterKey({ ...info, description: 'Acme 1, driver 2' } as GPUAdapterInfo)).not.toBe(adapterKey(info));
    expect(adapterKey(undefined)).toBeUndefined();
    const keys = [1, 2, 3, 4, 5, 8, 9, 1024].map((K) => choiceKey('assign', 8, K));
    expect(keys.map((key) => key.split(' K')[1])).toEqual(['1', '2', '4', '4', '8', '8', '16', '1024']);
    expect(choiceKey('assign', 8, 4)).not.toBe(choiceKey('assign', 9, 4));
  });
});

describe('variants', () => {
  test('are at most eight, the default among them, and none asks for more padding than chunks have', () => {
    for (const D of [1, 2, 3, 8, 17, 32, 33, 64, 65, 128]) {
      for (const K of [1, 2, 7, 16, 33, 100, 1024]) {
        const { points, across } = laddersFor(diag, shapeOf(D), K);
        const { points: p, across: a } = defaultVariant(shapeOf(D));
        expect(points.rungs).toContain(p);
        expect(across.rungs.at(-1)).toBe(a);
        expect(points.rungs.length + across.rungs.length).toBeLessThanOrEqual(8);
        expect(Math.max(...points.rungs)).toBeLessThanOrEqual(8);
      }
    }
  });

  test('are those remembered, where they exist', async () => {
    const shape = shapeOf(8);
    const store = withMemory();
    const { points, across } = laddersFor(diag, shape, 40);
    const variantOf = async (choices: Record<string, unknown>) => {
      await store.write(
        TUNING_FILE,
        JSON.stringify({ format: 'emgpu-tuning', adapters: { [adapterKey(info)!]: choices } }),
      );
      return chooseVariant(new Tuning(store, info, 0), diag, shape, 40);
    };
    expect(await variantOf({ [points.key]: 8, [across.key]: 1 })).toEqual({ points: 8, across: 1 });
    expect(await variantOf({ [points.key]: 1000, [across.key]: 'all' })).toEqual(defaultVariant(shape));
    expect(await variantOf({})).toEqual(defaultVariant(shape));
    await store.write(TUNING_FILE, 'broken');
    expect(await chooseVariant(new Tuning(store, info, 0), diag, shape, 40)).toEqual(defaultVariant(shape));
    expect(await rememberedStages(store, info)).toEqual([]);
  });
});

describe('the search for the fastest', () => {
  /** Searches a ladder on which each value takes `seconds(value)`; what it asked for, and where it ended. */
  async function search(ladder: number[], start: number, seconds: (value: number) => number) {
    const prepared: number[] = [];
    const found = new Search(ladder, start, async (value) => {
      prepared.push(value);
      if (seconds(value) === Infinity) throw new Error('does not compile');
      return { value } as unknown as Dispatch;
    });
    for (let i = 0; i < 20 && !found.done; i++) {
      await Promise.resolve();
      const pair = found.pair as unknown as readonly [{ value: number }, { value: number }] | undefined;
      if (pair) found.judge(seconds(pair[1].value) < seconds(pair[0].value));
    }
    return { best: found.best, done: found.done, prepared };
  }

  test('climbs while it gets faster, and prepares nothing that it does not compare', async () => {
    expect(await search([1, 2, 4, 8], 2, (v) => 1 / v)).toEqual({ best: 8, done: true, prepared: [2, 4, 8] });
    expect(await search([1, 2, 4, 8], 2, (v) => Math.abs(v - 4))).toEqual({ best: 4, done: true, prepared: [2, 4, 8] });
    expect(await search([1, 2, 4, 8], 4, (v) => v)).toEqual({ best: 1, done: true, prepared: [4, 8, 2, 1] });
    expect(await search([1, 2, 4, 8], 2, (v) => Math.abs(v - 2))).toEqual({ best: 2, done: true, prepared: [2, 4, 1] });
    expect(await search([1, 4, 64], 64, (v) => 1 / v)).toEqual({ best: 64, done: true, prepared: [64, 4] });
    expect(await search([4], 4, (v) => v)).toEqual({ best: 4, done: true, prepared: [] });
  });

  test('takes what does not compile for slow', async () => {
    const fails = (v: number) => (v === 8 ? Infinity : 1 / v);
    expect(await search([1, 2, 4, 8], 4, fails)).toEqual({ best: 4, done: true, prepared: [4, 8, 2] });
  });
});
