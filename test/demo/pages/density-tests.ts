import type { Page } from 'puppeteer';
import { expect, test } from 'vitest';
import type { ViewChoice } from '../../../demo/models/choices.ts';
import type { Opened } from '../browsers.ts';
import { picture, shown } from './driver.ts';

/** Changes what the view shows. */
async function choose(page: Page, change: Partial<ViewChoice>): Promise<void> {
  await page.evaluate((to) => {
    window.lab.choice.value = { ...window.lab.choice.value, ...to };
  }, change);
  await shown(page);
}

const notes = (page: Page) => page.$$eval('.pv-legend > p', (all) => all.map((note) => note.textContent));
const linesOf = (page: Page) => page.$$eval('.contours path', (all) => all.map((line) => line.getAttribute('d')));

/** Density lines and curves; `view` opens the page of tests. */
export function densityTests(opened: Opened, view: (page: Page, query: string) => Promise<void>): void {
  test('contours come and go, and those of other columns are never shown', async () => {
    const { page } = opened;
    await view(page, 'n=3000&d=3&contours&backend=cpu');
    const lines = () => page.$$eval('.contours path', (all) => all.map((line) => line.getAttribute('d')));
    await expect.poll(async () => (await lines()).length).toBe(5);
    // With a camera of their own, lines of the first columns would look as they did.
    const old = await lines();
    await page.evaluate(() => {
      const { choice } = window.lab;
      choice.value = { ...choice.value, camera: { x: 2, y: 2, width: 20, height: 20 } };
    });
    await expect.poll(lines).not.toEqual(old);
    const before = await lines();
    await page.evaluate(() => {
      const { choice } = window.lab;
      choice.value = { ...choice.value, plane: [1, 0] };
    });
    await shown(page);
    expect(await lines()).not.toEqual(before);
    await expect.poll(async () => (await lines()).length).toBe(5);
    expect(await lines()).not.toEqual(before);
    await page.evaluate(() => {
      window.lab.choice.value = { ...window.lab.choice.value, contours: false };
    });
    await page.waitForFunction(() => document.querySelectorAll('.contours path').length === 0);
  });

  test('contours of principal axes are drawn, and where there are none the legend says why', async () => {
    const { page } = opened;
    await view(page, 'n=3000&d=4&contours&backend=cpu');
    await choose(page, { plane: 'principal' });
    await expect.poll(async () => (await linesOf(page)).length).toBe(5);
    await expect.poll(() => notes(page)).toEqual(['Lines enclose 95, 80, 60, 40, 20 % of the mixture.']);
    await choose(page, { plane: [0, 1], pairs: true });
    expect(await notes(page)).toEqual(['Density contours are drawn in the large view: press a pair to open it.']);
    expect(await page.evaluate(() => window.lab.errors)).toEqual([]);
  });

  test('one column has curves of its density in place of ellipses', async () => {
    const { page } = opened;
    await view(page, 'n=3000&d=1&contours&backend=cpu');
    expect(await page.$$eval('.components ellipse', (all) => all.length)).toBe(0);
    expect(await notes(page)).toEqual(['With one column, the curve is the density.']);
    const heights = await page.$$eval('.density path', (all) =>
      all.map((path) => {
        const ys = Array.from(path.getAttribute('d')!.matchAll(/,([\d.]+)/g), ([, y]) => Number(y));
        return Math.max(...ys) - Math.min(...ys);
      }),
    );
    // Weight by standard deviation; pixels are told to a tenth.
    const [, ...parts] = heights;
    expect(parts[1]! / parts[0]!).toBeCloseTo(0.6, 2);
    expect(parts[2]! / parts[0]!).toBeCloseTo(0.4 / Math.sqrt(0.3), 2);
  });

  test('lines dim the points, but not where these are quiet already', async () => {
    const { page } = opened;
    await view(page, 'n=272&backend=cpu');
    const ink = async (change: Partial<ViewChoice>) => {
      await choose(page, { color: 'responsibility', contours: true, ...change });
      await expect.poll(async () => (await linesOf(page)).length).toBe(change.contours === false ? 0 : 5);
      await shown(page);
      return (await picture(page)).ink;
    };
    const full = await ink({ contours: false });
    expect((await ink({})) / full).toBeCloseTo(0.55, 1);
    expect(await ink({ isolated: 1 })).toBe(full);
    expect(await ink({ color: 'uncertainty' })).toBe(await ink({ color: 'uncertainty', contours: false }));
  });
}
