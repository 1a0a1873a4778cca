import { fileURLToPath } from 'node:url';
import type { Page } from 'puppeteer';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seriousFaults } from './axe.ts';
import { inBrowser, type Opened } from './browsers.ts';
import { densityTests } from './pages/density-tests.ts';
import { axisOf, type Picture, picture, pixelsHit, posterior, shown } from './pages/driver.ts';

const CONFIG = fileURLToPath(new URL('./pages/vite.config.ts', import.meta.url));
let server: PreviewServer;

beforeAll(async () => {
  await build({ configFile: CONFIG, logLevel: 'error' });
  server = await preview({ configFile: CONFIG, preview: { host: '127.0.0.1', port: 0 } });
}, 60_000);
afterAll(() => server?.close());

/** Opens the test page and waits for its first picture. */
async function view(page: Page, query: string): Promise<void> {
  await page.goto(new URL(`view.html?${query}`, server.resolvedUrls!.local[0]!).href);
  await page.waitForFunction(() => {
    const all = [...document.querySelectorAll<HTMLElement>('[data-drawn]')];
    return all.length > 0 && all.every(({ dataset }) => Number(dataset.drawn) > 0);
  });
}

function expectAlike(a: Picture, b: Picture): void {
  expect(Math.abs(a.inked / b.inked - 1)).toBeLessThan(0.02);
  expect(Math.abs(a.ink / b.ink - 1)).toBeLessThan(0.02);
  for (let c = 0; c < 3; c++) expect(Math.abs(a.mean[c]! - b.mean[c]!)).toBeLessThan(4);
}

for (const name of ['chromium', 'firefox'] as const) {
  inBrowser(name, {}, (opened) => {
    test('draws a million points where they are', { timeout: 120_000 }, async () => {
      const { page } = opened;
      await view(page, 'n=1000000');
      expect(await page.$eval('.points-view', (root) => root.getAttribute('data-points'))).toBe('1000000');
      const { inked } = await picture(page);
      expect(Math.abs(inked / (await pixelsHit(page)) - 1)).toBeLessThan(0.01);
    });

    test('draws few points as discs, and the CPU draws the same', async () => {
      const { page } = opened;
      await view(page, 'n=272');
      const gpu = await picture(page);
      // Radius 3.2 and a soft rim; some lie over others.
      expect(gpu.inked).toBeLessThan(272 * Math.PI * 4 ** 2);
      expect(gpu.inked).toBeGreaterThan(0.6 * 272 * Math.PI * 3.2 ** 2);
      await view(page, 'n=272&backend=cpu');
      expectAlike(gpu, await picture(page));
    });

    test('draws crowds a million standard deviations from 0 as sharply as at 0, and the CPU draws the same', async () => {
      const { page } = opened;
      await view(page, 'n=100000');
      const near = await picture(page);
      await view(page, 'n=100000&offset=1000000');
      expectAlike(await picture(page), near);
      await view(page, 'n=100000&backend=cpu');
      expectAlike(await picture(page), near);
    });
  });
}

inBrowser('chromium', {}, (opened) => {
  test('a pair of columns opens in the large view', async () => {
    const { page } = opened;
    await view(page, 'n=3000&d=4&pairs');
    expect(await page.$$eval('.pair', (all) => all.length)).toBe(6);
    await page.click('.pv-chips button[data-component="1"]');
    // Two of three components are faint, and all again once it is pressed anew.
    const faint = () => page.$$eval('.pair g[opacity="0.25"]', (all) => all.length);
    expect(await faint()).toBe(12);
    await page.click('.pv-chips button[aria-pressed=true]');
    expect(await faint()).toBe(0);
    expect(await seriousFaults(page)).toEqual([]);
    await page.click('[aria-label="depth against height, open"]');
    await page.waitForSelector('.points-view');
    const names = await page.$$eval('.axes .name', (all) => all.map((name) => name.textContent));
    expect(names).toEqual(['height', 'depth']);
  });

  test('a lost device leaves the page as it is', async () => {
    const { page } = opened;
    await view(page, 'n=3000');
    await page.evaluate(async () => {
      window.lab.resident.device.destroy();
      await window.lab.resident.device.lost;
      await window.lab.handle.current.redraw();
    });
    await page.focus('[role=application]');
    await page.keyboard.press('ArrowRight');
    await shown(page);
    expect(await page.evaluate(() => window.lab.errors)).toEqual([]);
  });
});

// What lies over the points is the same whoever draws them.
inBrowser('chromium', { webgpu: false }, (opened) => {
  keyTests(opened);
  pointerTests(opened);
  componentTests(opened);
  densityTests(opened, view);
  narrowTests(opened);
});

/** The view on the page, in CSS pixels. */
async function stageOf(page: Page) {
  return (await (await page.$('.pv-stage'))!.boundingBox())!;
}

function keyTests(opened: Opened): void {
  test('arrows move the axes, plus zooms, 0 shows all again', async () => {
    const { page } = opened;
    await view(page, 'n=272&backend=cpu');
    const before = await axisOf(page, 'x');
    await page.focus('[role=application]');
    await page.keyboard.press('ArrowRight');
    await shown(page);
    // A tenth of what is seen.
    expect((await axisOf(page, 'x')).middle - before.middle).toBeCloseTo(0.1 * before.width, 6);
    await page.keyboard.press('+');
    await shown(page);
    // The room for the marks may change a little with them.
    expect((await axisOf(page, 'x')).width / before.width).toBeCloseTo(0.8, 6);
    await page.keyboard.press('0');
    await shown(page);
    expect((await axisOf(page, 'x')).middle).toBeCloseTo(before.middle, 9);
  });
}

function pointerTests(opened: Opened): void {
  test('a drag takes the points along, and then the wheel zooms about the pointer', async () => {
    const { page } = opened;
    await view(page, 'n=272&backend=cpu');
    const box = await stageOf(page);
    const before = await axisOf(page, 'x');
    await page.mouse.move(box.x + 400, box.y + 200);
    await page.mouse.down();
    await page.mouse.move(box.x + 500, box.y + 200, { steps: 5 });
    await page.mouse.up();
    await shown(page);
    const moved = await axisOf(page, 'x');
    expect(moved.at(500)).toBeCloseTo(before.at(400), 1);
    await page.mouse.wheel({ deltaY: -200 });
    await shown(page);
    const closer = await axisOf(page, 'x');
    expect(closer.width).toBeLessThan(0.9 * moved.width);
    expect(closer.at(500)).toBeCloseTo(moved.at(500), 1);
  });

  test('the wheel over a view without the focus scrolls the page, and zooms with Control', async () => {
    const { page } = opened;
    await page.setViewport({ width: 1280, height: 280 });
    await view(page, 'n=272&backend=cpu');
    const before = await axisOf(page, 'x');
    await page.mouse.move(400, 200);
    await page.mouse.wheel({ deltaY: 60 });
    await page.waitForFunction(() => scrollY > 0);
    expect((await axisOf(page, 'x')).width).toBe(before.width);
    expect(await page.$eval('.pv-hint', (hint) => hint.textContent)).toBe(
      'To zoom, hold Ctrl or click the view first.',
    );
    await page.waitForFunction(() => !document.querySelector('.pv-hint'));
    const top = await page.evaluate(() => scrollY);
    await page.keyboard.down('Control');
    await page.mouse.wheel({ deltaY: -200 });
    await page.keyboard.up('Control');
    await shown(page);
    expect((await axisOf(page, 'x')).width).toBeLessThan(0.9 * before.width);
    expect(await page.evaluate(() => scrollY)).toBe(top);
  });

  test('tells about the point under the pointer and the one next to the middle', async () => {
    const { page } = opened;
    await view(page, 'n=272&backend=cpu');
    const [x, y] = [await axisOf(page, 'x'), await axisOf(page, 'y')];
    const data = await page.evaluate(() => Array.from(window.lab.points.data));
    const box = await stageOf(page);
    await page.mouse.move(box.x + x.pixel(data[14]!) + 1, box.y + y.pixel(data[15]!));
    await page.waitForSelector('.pv-card [data-share]');
    expect(await page.$eval('.pv-card', (card) => card.getAttribute('data-row'))).toBe('7');
    const shares = await page.$$eval('[data-share]', (all) => all.map((bar) => Number(bar.getAttribute('data-share'))));
    posterior(data[14]!, data[15]!).forEach((share, k) => {
      expect(shares[k]).toBeCloseTo(share, 9);
    });
    await page.focus('[role=application]');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => !document.querySelector('.pv-card'));
    await page.keyboard.press('Enter');
    const card = await page.waitForSelector('.pv-card');
    const away = (row: number) =>
      Math.hypot(x.pixel(data[2 * row]!) - x.pixel(x.middle), y.pixel(data[2 * row + 1]!) - y.pixel(y.middle));
    const nearest = Array.from({ length: 272 }, (_, row) => row).sort((a, b) => away(a) - away(b))[0];
    expect(await card!.evaluate((element) => element.getAttribute('data-row'))).toBe(`${nearest}`);
  });
}

function componentTests(opened: Opened): void {
  test('chips and means isolate a component, and again show all', async () => {
    const { page } = opened;
    await view(page, 'n=272&backend=cpu');
    const isolated = () => page.evaluate(() => window.lab.choice.value.isolated ?? null);
    await page.click('.pv-chips button[data-component="1"]');
    expect(await isolated()).toBe(1);
    await page.waitForSelector('.pv-chips button[data-component="1"][aria-pressed=true]');
    const [x, y] = [await axisOf(page, 'x'), await axisOf(page, 'y')];
    const box = await stageOf(page);
    const click = () => page.mouse.click(box.x + x.pixel(2), box.y + y.pixel(5));
    await click();
    expect(await isolated()).toBe(2);
    await click();
    expect(await isolated()).toBe(null);
  });

  test('ellipses are those of the covariances, in any plane', async () => {
    const { page } = opened;
    await view(page, 'n=3000&d=3&backend=cpu');
    const [x, y] = [await axisOf(page, 'x'), await axisOf(page, 'y')];
    const ellipse = await page.$eval('[data-component="1"] [data-sigmas="2"]', (element) => {
      const number = (name: string) => Number(element.getAttribute(name));
      return {
        rx: number('rx'),
        ry: number('ry'),
        angle: (Number(/-?[\d.]+/.exec(element.getAttribute('transform')!)![0]) * Math.PI) / 180,
      };
    });
    const halfWidth = Math.hypot(ellipse.rx * Math.cos(ellipse.angle), ellipse.ry * Math.sin(ellipse.angle));
    const halfHeight = Math.hypot(ellipse.rx * Math.sin(ellipse.angle), ellipse.ry * Math.cos(ellipse.angle));
    // Two standard deviations of 1 in both columns; the area is π · 4 · √(1 − 0.8²).
    const [perX, perY] = [x.pixel(1) - x.pixel(0), y.pixel(0) - y.pixel(1)];
    expect(halfWidth / perX).toBeCloseTo(2, 5);
    expect(halfHeight / perY).toBeCloseTo(2, 5);
    expect((ellipse.rx * ellipse.ry) / (perX * perY)).toBeCloseTo(4 * 0.6, 5);
    // It rises to the right.
    expect(ellipse.angle).toBeLessThan(0);
    await page.evaluate(() => {
      window.lab.choice.value = { ...window.lab.choice.value, plane: 'principal' };
    });
    await page.waitForFunction(() => /PC 1 \(\d+ %\)/.test(document.querySelector('.axes')!.textContent!));
  });
}

function narrowTests(opened: Opened): void {
  test('fits a narrow screen and hides nothing from assistive technology', async () => {
    const { page } = opened;
    await page.setViewport({ width: 360, height: 640 });
    await view(page, 'n=3000&d=4&backend=cpu');
    for (const scheme of ['light', 'dark']) {
      await page.evaluate((chosen) => {
        window.lab.scheme.value = chosen;
      }, scheme);
      await page.focus('[role=application]');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.pv-card [data-share]');
      expect(await seriousFaults(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    }
  });

  test('on a narrow screen one finger scrolls the page, sideways it moves the view, and two fingers zoom', async () => {
    const { page } = opened;
    await page.setViewport({ width: 360, height: 280, hasTouch: true, isMobile: true });
    await view(page, 'n=272&backend=cpu');
    const before = await axisOf(page, 'x');
    const { touchscreen } = page;
    const up = await touchscreen.touchStart(200, 200);
    for (let y = 180; y >= 100; y -= 20) await up.move(200, y);
    await up.end();
    await page.waitForFunction(() => scrollY > 0);
    expect((await axisOf(page, 'x')).middle).toBe(before.middle);
    expect(await page.$eval('.pv-hint', (hint) => hint.textContent)).toBe('Use two fingers to move the view.');
    const side = await touchscreen.touchStart(200, 150);
    for (let x = 210; x <= 280; x += 10) await side.move(x, 150);
    await side.end();
    await shown(page);
    const moved = await axisOf(page, 'x');
    expect(moved.middle).toBeLessThan(before.middle - 0.1 * before.width);
    const first = await touchscreen.touchStart(180, 150);
    const second = await touchscreen.touchStart(200, 150);
    for (let x = 210; x <= 280; x += 10) await second.move(x, 150);
    await second.end();
    await first.end();
    await shown(page);
    expect((await axisOf(page, 'x')).width).toBeLessThan(0.7 * moved.width);
  });
}
