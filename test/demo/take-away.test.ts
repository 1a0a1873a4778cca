import { describe, expect, test } from 'vitest';
import { GaussianMixture, KMeansModel, MixtureModel, modelFromJSON, readTable } from '../../src/node.ts';
import { inBrowser, type Opened } from './browsers.ts';
import { WorkbenchPage } from './workbench.ts';

const FAITHFUL = 'test/reference/data/faithful.csv';
/** Where the page begins. */
const ALONE = '#data=faithful&model=full&k=2&seed=0';
/** The same, with k-means beside the mixture. */
const COMPARED = '#data=faithful&model=k-means,full&k=2&seed=0';
const PAIRS = '#data=iris&columns=sepal_length,sepal_width,petal_length&model=full&k=3&seed=0&pairs=yes';
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

interface Saved {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** Presses a button that saves a file; gives the file. */
async function save(lab: WorkbenchPage, button: string): Promise<Saved> {
  await lab.page.evaluate(() => {
    const page = globalThis as unknown as { file: Promise<{ name: string; type: string; text: string }> };
    page.file = new Promise((resolve) => {
      HTMLAnchorElement.prototype.click = async function click(this: HTMLAnchorElement) {
        const file = await (await fetch(this.href)).blob();
        const reader = new FileReader();
        reader.onload = () =>
          resolve({ name: this.download, type: file.type, text: String(reader.result).split(',')[1]! });
        reader.readAsDataURL(file);
      };
    });
  });
  await lab.press(button);
  const { name, type, text } = await lab.page.evaluate(
    () => (globalThis as unknown as { file: Promise<{ name: string; type: string; text: string }> }).file,
  );
  return { name, type, bytes: Buffer.from(text, 'base64') };
}

/** Extent on the page, CSS pixels. */
function sizeOf({ page }: Opened, selector: string): Promise<{ width: number; height: number }> {
  return page.$eval(selector, (element) => {
    const { width, height } = element.getBoundingClientRect();
    return { width, height };
  });
}

/** Width, height, and the share of pixels that are not as the corner is, in each quarter of the picture. */
async function inkOf({ page }: Opened, { type, bytes }: Saved) {
  return page.evaluate(
    async (address) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      const { naturalWidth: width, naturalHeight: height } = image;
      const sheet = new OffscreenCanvas(width, height);
      const context = sheet.getContext('2d')!;
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      const quarters = [0, 0, 0, 0];
      // Some of the pixels are enough to tell.
      for (let i = 0; i < width * height; i += 7) {
        const differs = [0, 1, 2].some((c) => Math.abs(data[4 * i + c]! - data[c]!) > 24);
        if (differs)
          quarters[(i % width < width / 2 ? 0 : 1) + (i < (width * height) / 2 ? 0 : 2)]! += 28 / (width * height);
      }
      return { width, height, quarters };
    },
    `data:${type};base64,${bytes.toString('base64')}`,
  );
}

/** What an SVG says when it is parsed: its extent, and how many elements of some kinds it has. */
async function partsOf({ page }: Opened, { bytes }: Saved) {
  return page.evaluate((text) => {
    const { documentElement: svg } = new DOMParser().parseFromString(text, 'image/svg+xml');
    const count = (name: string) => svg.getElementsByTagName(name).length;
    return {
      ...{ root: svg.localName, faults: count('parsererror'), images: count('image'), ellipses: count('ellipse') },
      ...{ width: Number(svg.getAttribute('width')), height: Number(svg.getAttribute('height')) },
      words: [...svg.getElementsByTagName('text')].map((one) => one.textContent),
    };
  }, bytes.toString('utf8'));
}

type Kind = [string, string, string, string, string[], number];

const ONE_VIEW: Kind = ['one view', ALONE, '.points-view canvas', 'old-faithful', ['eruptions', 'waiting'], 1];
const PAIR_PLOT: Kind = [
  'a pair plot',
  PAIRS,
  '.pair-plot',
  'iris',
  ['sepal_length', 'sepal_width', 'petal_length'],
  3,
];

/** A pair plot takes Firefox 20 seconds, and shows nothing that its one view and Chromium's pair plots do not. */
function pictures(opened: Opened, backend: 'cpu' | 'webgpu', kinds: readonly Kind[]): void {
  const lab = new WorkbenchPage(opened);

  test.each(kinds)(
    '%s becomes PNG and SVG, with everything that is on it',
    async (_, hash, selector, stem, names, canvases) => {
      await lab.open(`${hash}&backend=${backend}`);
      await lab.run();
      const { width, height } = await sizeOf(opened, selector);

      const png = await save(lab, 'View PNG');
      expect([png.name, png.type]).toEqual([`${stem}.png`, 'image/png']);
      expect([...png.bytes.subarray(0, 8)]).toEqual(PNG);
      const ink = await inkOf(opened, png);
      expect([ink.width, ink.height]).toEqual([Math.round(2 * width), Math.round(2 * height)]);

      const svg = await save(lab, 'View SVG');
      expect([svg.name, svg.type]).toEqual([`${stem}.svg`, 'image/svg+xml']);
      const parts = await partsOf(opened, svg);
      expect(parts).toMatchObject({ root: 'svg', faults: 0, images: canvases, width, height });
      expect(parts.ellipses).toBeGreaterThan(0);
      expect(parts.words).toEqual(expect.arrayContaining(names));
      // Both look alike.
      const alike = await inkOf(opened, svg);
      for (const [i, share] of ink.quarters.entries()) expect(alike.quarters[i]).toBeCloseTo(share, 1);
      // Above the diagonal of a pair plot there is nothing.
      const [, upperRight, ...rest] = ink.quarters;
      expect(Math.min(...rest)).toBeGreaterThan(0.005);
      if (canvases > 1) expect(upperRight).toBeLessThan(0.1);
    },
  );
}

inBrowser('chromium', { webgpu: false }, (opened) => {
  const lab = new WorkbenchPage(opened);
  const bicLine = () => opened.page.$eval('.charts-row [role=status]', (line) => line.textContent);
  const bicCaption = () => opened.page.$eval('.charts-row', (row) => row.closest('figure')!.textContent);
  const listings = async () => {
    await opened.page.click('.takeaway summary');
    await opened.page.waitForSelector('.takeaway pre');
    return opened.page.$$eval('.takeaway pre', (all) => all.map((one) => one.textContent));
  };

  pictures(opened, 'cpu', [ONE_VIEW, PAIR_PLOT]);

  describe('BIC over K', () => {
    test('of k-means beside a mixture is the mixture’s', async () => {
      await lab.open(COMPARED);
      expect(await bicCaption()).toMatch(/full mixture, K from 1 to 8/);
      await lab.press('BIC over K');
      await opened.page.waitForFunction(() =>
        /Smallest: /.test(document.querySelector('[data-read=bic]')?.textContent ?? ''),
      );
      const { points } = await readTable(FAITHFUL);
      const fit = await new GaussianMixture({ nComponents: 2, backend: 'cpu' }).fit(points);
      // Two components are the best, and what the library says of them is what the page says.
      expect(await opened.page.$eval('[data-read=bic]', (line) => (line as HTMLElement).dataset.k)).toBe('2');
      expect(await lab.read('bic')).toBeCloseTo(fit.bic, 3);
      fit.destroy();
      expect(await bicLine()).toBe('');
    });

    test('goes when the model changes, and stays when it is stopped and when the fit begins anew', async () => {
      await lab.open('#data=unequal&n=15000&model=full&k=2&seed=0');
      const shown = () => opened.page.$('[data-read=bic]').then(Boolean);
      const begin = async () => {
        await lab.press('BIC over K');
        // What is asked for while the page still makes the model anew goes with the model before, and is asked for again.
        const ask = async () => {
          if (!(await shown())) await lab.press('BIC over K');
          return shown();
        };
        await expect.poll(ask, { timeout: 20_000, interval: 1000 }).toBe(true);
      };
      await begin();
      await opened.page.$eval('.charts-row button:last-of-type', (stop) => (stop as HTMLElement).click());
      await expect.poll(bicLine).toBe('Stopped.');
      await lab.run();
      await lab.run();
      expect(await opened.page.$eval('[data-read=bic]', (line) => line.textContent)).toMatch(/^Smallest so far/);
      await begin();
      expect(await bicLine()).toBe('');
      // While it goes on.
      await opened.page.select('select[name=model]', 'diag');
      await expect.poll(shown).toBe(false);
      expect(await bicCaption()).toMatch(/diag mixture, K from 1 to 8/);
      await begin();
      expect(await bicLine()).toBe('');
    });

    test('of k-means alone is refused, where it was asked for', async () => {
      await lab.open('#data=faithful&model=k-means&k=2&seed=0');
      await lab.press('BIC over K');
      await expect.poll(bicLine).toMatch(/k-means has no likelihood/);
      await opened.page.select('select[name=model]', 'full');
      await expect.poll(bicLine).toBe('');
    });
  });

  test('of two models the mixture is taken away, or the one that is chosen', async () => {
    await lab.open(COMPARED);
    await lab.run();
    const mixture = await save(lab, 'Model JSON');
    expect(mixture.name).toBe('old-faithful-full-mixture-k-2-model.json');
    expect(modelFromJSON(JSON.parse(`${mixture.bytes}`))).toBeInstanceOf(MixtureModel);
    const right = await save(lab, 'View SVG');
    await opened.page.select('select[name=taken]', '0');
    await opened.page.waitForFunction(
      () => !/Responsibilities/.test(document.querySelector('.takeaway')!.textContent!),
    );
    const means = await save(lab, 'Model JSON');
    expect(means.name).toBe('old-faithful-k-means-k-2-model.json');
    expect(modelFromJSON(JSON.parse(`${means.bytes}`))).toBeInstanceOf(KMeansModel);
    const left = await save(lab, 'View SVG');
    expect([left, right].map(({ name }) => name)).toEqual([
      'old-faithful-k-means-k-2.svg',
      'old-faithful-full-mixture-k-2.svg',
    ]);
    expect((await partsOf(opened, left)).ellipses).not.toBe((await partsOf(opened, right)).ellipses);
    const [code] = await listings();
    expect(code).toContain('new KMeans(');
    expect(code).not.toContain('new GaussianMixture(');
  });

  test('the code for a sample reads the file that Points CSV saves', async () => {
    await lab.open('#data=iris&columns=petal_length,petal_width&standardize=yes&model=full&k=3&seed=0');
    const points = await save(lab, 'Points CSV');
    expect(`${points.bytes}`.split('\n')[0]).toBe('z(petal_length),z(petal_width)');
    expect(await listings()).toEqual([
      expect.stringContaining(`readTable('${points.name}')`),
      expect.stringMatching(`^npx emgpu fit ${points.name} `),
    ]);
  });
});

inBrowser('chromium', {}, (opened) => pictures(opened, 'webgpu', [ONE_VIEW, PAIR_PLOT]));
inBrowser('firefox', { webgpu: false }, (opened) => pictures(opened, 'cpu', [ONE_VIEW]));
