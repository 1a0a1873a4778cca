import { rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { modelFromJSON, readTable } from '../../src/node.ts';
import { seriousFaults } from './axe.ts';
import { type BrowserName, drawnFor, inBrowser } from './browsers.ts';
import { type FileKind, makeFiles } from './fixtures.ts';
import { WorkbenchPage } from './workbench.ts';

const FAITHFUL = 'test/reference/data/faithful.csv';

let files: Record<FileKind, string>;

beforeAll(async () => {
  files = await makeFiles();
});

afterAll(() => rm(dirname(files.csv), { recursive: true }));

for (const browser of ['chromium', 'firefox'] as const satisfies BrowserName[]) {
  inBrowser(browser, { webgpu: false }, (opened) => {
    const lab = new WorkbenchPage(opened);
    const test = drawnFor(browser);

    test('fits Old Faithful where there is no WebGPU, and says where it computes', async () => {
      await lab.open();
      await lab.run();
      expect(await lab.read('log-likelihood')).toBeCloseTo(-1130.264, 3);
      expect(await lab.status()).toMatch(/^Converged after \d+ iterations: log-likelihood −1,130\.26/);
      expect(await opened.page.$eval('.charts table', (table) => table.textContent)).toMatch(
        /CPU.*WebGPU|CPU.*software/s,
      );
    });

    test('takes CSV, TSV, Parquet, Arrow and NPY that are dropped on the page', async () => {
      await lab.open();
      for (const kind of ['csv', 'tsv', 'parquet', 'arrow', 'npy'] as const) {
        await lab.drop(files[kind]);
        await opened.page.waitForFunction((name) => location.hash.includes(`file=${name}&`), {}, basename(files[kind]));
        await lab.ready();
        expect(await lab.read('rows')).toBe(150);
        await lab.run();
      }
    });

    test('a file that is none: one sentence, and the page lives on', async () => {
      await lab.open();
      await lab.choose('package.json');
      await opened.page.waitForSelector('.status.error');
      expect(await lab.status()).toMatch(/format|CSV, TSV, Parquet/);
      await lab.run();
      expect(await lab.read('log-likelihood')).toBeCloseTo(-1130.264, 3);
      // The data of before are still there to choose columns of.
      expect(await opened.page.$eval('select[name=data]', (select) => select.value)).toBe('faithful');
      await opened.page.click('input[name=column-waiting]');
      await opened.page.waitForFunction(() => location.hash.includes('columns=eruptions&'));
      await lab.ready();
    });

    test('columns of a file that has more of them than a model takes are found by their names', async () => {
      const wide = join(dirname(files.csv), 'wide.csv');
      const names = Array.from({ length: 300 }, (_, i) => `gene${i}`);
      const row = (n: number) => names.map((_, i) => (n === 3 && i === 299 ? 'inf' : Math.sin(n * (i + 1))));
      await writeFile(wide, [names, ...Array.from({ length: 40 }, (_, n) => row(n))].join('\n'));
      await lab.open();
      await lab.choose(wide);
      await opened.page.waitForSelector('[data-read="rows"][data-value="40"]');
      await lab.ready();
      await opened.page.type('input[name=sought]', '299');
      await opened.page.waitForFunction(() => document.querySelectorAll('.columns li').length === 1);
      await opened.page.click('input[name=column-gene299]');
      // Without the row whose cell is infinite.
      await opened.page.waitForSelector('[data-read="rows"][data-value="39"]');
      await opened.page.waitForFunction(() => location.hash.includes('columns=gene0,gene1,gene299&'));
      await lab.ready();
    });

    test('a second file while the first is read, and one that is given up', async () => {
      await lab.open();
      await opened.page.select('select[name=data]', 'flights');
      await lab.choose(files.csv);
      await opened.page.waitForSelector('[data-read="rows"][data-value="150"]');
      await lab.ready();
      const address = () => new URL(opened.page.url()).hash;
      await expect.poll(address).toMatch(/^#data=file&file=iris\.csv&columns=sepal_length,sepal_width&/);
      const hash = address();
      await opened.page.select('select[name=data]', 'flights');
      await lab.press('Stop');
      await opened.page.waitForFunction(() => document.querySelector('select')!.value === 'file');
      expect(address()).toBe(hash);
      await lab.run();
    });

    test('the E-step changes responsibilities and nothing else, the M-step parameters and nothing else', async () => {
      await lab.open();
      const start = { components: await lab.components(), picture: await lab.picture() };
      await lab.press('E-step');
      // The colours of the start are those of its E-step; now there is a value.
      await opened.page.waitForFunction(() => /log-likelihood/.test(document.querySelector('.status p')!.textContent!));
      expect(await lab.components()).toBe(start.components);
      expect(await lab.picture()).toBe(start.picture);
      await lab.press('M-step');
      await opened.page.waitForFunction(() =>
        /After 1 iteration/.test(document.querySelector('.status p')!.textContent!),
      );
      const moved = await lab.components();
      expect(moved).not.toBe(start.components);
      expect(await lab.picture()).toBe(start.picture);
      await lab.press('E-step');
      await expect.poll(() => lab.picture()).not.toBe(start.picture);
      expect(await lab.components()).toBe(moved);
      await lab.press('Reset');
      await expect.poll(() => lab.components()).toBe(start.components);
    });

    test('pauses, goes on, and follows the speed', async () => {
      await lab.open('#data=overlapping&n=1000&model=full&k=3&tol=0');
      await opened.page.$eval('input[name=speed]', (input) => {
        input.value = '1';
        input.dispatchEvent(new Event('input', { bubbles: true }));
      });
      await lab.press('Run');
      await opened.page.waitForFunction(() =>
        document.querySelector('.charts table')?.textContent?.includes('Iterations2'),
      );
      await lab.press('Pause');
      await lab.ready();
      const paused = await lab.status();
      expect(paused).toMatch(/^After [2-5] iterations/);
      await lab.press('Run');
      await opened.page.waitForFunction(
        (before) => document.querySelector('.status p')!.textContent !== before,
        {},
        paused,
      );
      await lab.press('Pause');
      await lab.ready();
      // It went on, and did not begin anew.
      expect(Number(/\d+/.exec(await lab.status()))).toBeGreaterThan(Number(/\d+/.exec(paused)));
    });

    test('a link restores data, columns, model, seed and view', async () => {
      const hash =
        '#data=iris&columns=sepal_length,petal_length,petal_width&model=tied&k=3&seed=7&plane=1,2&color=uncertainty&contours=yes';
      // A camera that no gesture leads to is not taken, or there would be complaints about ellipses of infinite size.
      await lab.open(`${hash}&camera=1e300,0,1e-300,1`);
      await lab.run();
      const value = await lab.read('log-likelihood');
      await lab.open(hash);
      expect(new URL(opened.page.url()).hash).toBe(hash);
      await lab.run();
      expect(await lab.read('log-likelihood')).toBe(value);
      const chosen = await opened.page.$$eval('select', (all) => Object.fromEntries(all.map((s) => [s.name, s.value])));
      expect(chosen).toMatchObject({ data: 'iris', model: 'tied', color: 'uncertainty', x: '1', y: '2' });
    });

    test('what is taken away says the same: the model file labels the points as the file of labels does', async () => {
      await lab.open();
      await lab.run();
      const model = await lab.save('Model JSON');
      const labels = await lab.save('Labels CSV');
      expect([model.name, labels.name]).toEqual(['old-faithful-model.json', 'old-faithful-labels.csv']);
      const { points } = await readTable(FAITHFUL);
      const expected = await modelFromJSON(JSON.parse(model.text)).predict(points, { backend: 'cpu' });
      const rows = labels.text.trim().split('\n').slice(1);
      expect(rows).toEqual(Array.from(expected, (label, row) => `${row},${label}`));
      const notes = () => opened.page.$$eval('.takeaway > p', (all) => all.map((note) => note.textContent).join());
      expect(await notes()).toBe('');
      await opened.page.click('input[name=standardize]');
      await expect.poll(notes).toMatch(/not for the raw file/);
    });

    test('a column taken away and given back: the view has two again, and a sample its number of groups', async () => {
      await lab.open();
      for (const columns of ['eruptions&', 'eruptions,waiting&']) {
        await opened.page.click('input[name=column-waiting]');
        await opened.page.waitForFunction((wanted) => location.hash.includes(`columns=${wanted}`), {}, columns);
        await lab.ready();
      }
      expect(opened.page.url()).not.toContain('plane=');
      await opened.page.select('select[name=data]', 'round');
      await opened.page.waitForFunction(() => location.hash.startsWith('#data=round'));
      await lab.ready();
      expect(await opened.page.$eval('input[name=model-k]', (input) => input.value)).toBe('4');
    });

    test('more components than points: one sentence, and the fit before stays', async () => {
      await lab.open();
      await lab.run();
      await opened.page.$eval('input[name=model-k]', (input) => {
        input.value = '300';
        input.dispatchEvent(new Event('change', { bubbles: true }));
      });
      await opened.page.waitForSelector('.status.error');
      expect(await lab.status()).toMatch(/^At least as many points as components .* Take fewer components/);
      expect(await lab.read('log-likelihood')).toBeCloseTo(-1130.264, 3);
      expect(await opened.page.$$('.points-view canvas')).toHaveLength(1);
    });

    test('of two models one is kept as it is', async () => {
      await lab.open();
      await lab.press('With k-means');
      await lab.ready();
      await lab.run();
      await expect.poll(() => lab.status()).toMatch(/Converged.*Converged/);
      await lab.press('Keep the right one only');
      await opened.page.waitForFunction(() => document.querySelectorAll('.points-view').length === 1);
      expect(await lab.status()).toMatch(/^Converged after \d+ iterations: log-likelihood −1,130\.26/);
    });

    test('a link to a file names it, and something else may be chosen', async () => {
      await lab.openUntil('.status.error', '#data=file&file=mine.csv&model=full&k=2&seed=0');
      expect(await lab.status()).toContain('mine.csv');
      const chosen = () => opened.page.$eval('select[name=data]', (select) => select.selectedOptions[0]!.text);
      expect(await chosen()).toContain('mine.csv');
      await opened.page.select('select[name=data]', 'faithful');
      await lab.ready();
      expect(await chosen()).toBe('Old Faithful');
    });

    test('two models keep the same time, and what one view shows the other does', async () => {
      await lab.open('#data=elongated&n=2000&model=full&k=3');
      await lab.press('With k-means');
      await lab.ready();
      await opened.page.waitForFunction(() => document.querySelectorAll('.points-view').length === 2);
      await lab.press('Run');
      await lab.press('Pause');
      await lab.ready();
      const iterations = [...(await lab.status()).matchAll(/After (\d+)/g)].map(([, n]) => n);
      expect(iterations[0]).toBe(iterations[1]);
      // An axis as its marks are written.
      const axes = () =>
        opened.page.$$eval('.points-view', (all) => all.map((one) => one.querySelector('.axes')!.textContent));
      const [left, right] = await axes();
      expect(left).toBe(right);
      await opened.page.focus('[role=application]');
      await opened.page.keyboard.press('+');
      await expect.poll(async () => (await axes())[0]).not.toBe(left);
      const [moved, alike] = await axes();
      expect(moved).toBe(alike);
    });

    test('can be used on a screen of 360 pixels, and by axe’s rules, in light and dark', async () => {
      await opened.page.setViewport({ width: 360, height: 780 });
      await lab.open();
      await lab.run();
      const [inner, outer] = await opened.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(inner).toBeLessThanOrEqual(outer!);
      expect(await seriousFaults(opened.page)).toEqual([]);
      await lab.press('Dark');
      expect(await seriousFaults(opened.page)).toEqual([]);
    });

    test('works by the keyboard alone', async () => {
      await lab.open();
      await opened.page.focus('button.primary');
      await opened.page.keyboard.press('Enter');
      await opened.page.waitForFunction(() => /^Converged/.test(document.querySelector('.status p')!.textContent!));
      expect(await opened.page.evaluate(() => document.activeElement?.textContent)).toBe('Run');
      await opened.page.focus('[role=application]');
      const before = await lab.components();
      await opened.page.keyboard.press('ArrowRight');
      await expect.poll(() => lab.components()).not.toBe(before);
      await opened.page.keyboard.press('0');
      await expect.poll(() => lab.components()).toBe(before);
    });
  });
}
