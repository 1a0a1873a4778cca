import type { HTTPRequest, Page } from 'puppeteer';
import { expect, inject, test } from 'vitest';
import { seriousFaults } from './axe.ts';
import { inBrowser } from './browsers.ts';

/** Scrolls down until every lesson is there. */
async function loadAll(page: Page): Promise<void> {
  for (let waiting = await page.$('.lesson.waiting'); waiting; waiting = await page.$('.lesson.waiting')) {
    await waiting.evaluate((section) => section.scrollIntoView());
    await page.waitForFunction((section) => !section.classList.contains('waiting'), {}, waiting);
  }
}

/** Formulas of which something stands out above or below what is seen. */
function clipped(page: Page): Promise<string[]> {
  return page.$$eval('.katex-display', (all) =>
    all.flatMap((formula) => {
      const { top, bottom } = formula.getBoundingClientRect();
      const symbols = [...formula.querySelectorAll('.katex-html span')].filter(
        (span) => span.childElementCount === 0 && /[^\s\u200b]/.test(span.textContent),
      );
      const whole = symbols.every((symbol) => {
        const text = document.createRange();
        text.selectNodeContents(symbol);
        const box = text.getBoundingClientRect();
        return box.top >= top && box.bottom <= bottom;
      });
      return whole ? [] : [formula.querySelector('annotation')!.textContent];
    }),
  );
}

/** Answers requests for files whose names begin so with a failure, as long as `broken()`. */
async function breakRequests(page: Page, name: RegExp, broken: () => boolean): Promise<void> {
  await page.setRequestInterception(true);
  page.on('request', (request: HTTPRequest) => {
    const wanted = name.test(new URL(request.url()).pathname.split('/').at(-1)!);
    return wanted && broken() ? request.abort() : request.continue();
  });
}

inBrowser('chromium', {}, (opened) => {
  for (const [scheme, width] of [
    ['light', 360],
    ['dark', 1280],
  ] as const) {
    test(`all lessons can be used by axe’s rules, ${scheme}, ${width} pixels wide`, async () => {
      const { page } = opened;
      await page.setViewport({ width, height: 800 });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await opened.open('lessons.html');
      await loadAll(page);
      await page.waitForFunction(() => document.querySelectorAll('.lesson .katex').length > 10);
      expect(await page.$$('.lesson .plane')).not.toHaveLength(0);
      expect(await clipped(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.dataset.scheme)).toBe(scheme);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(await seriousFaults(page)).toEqual([]);
    });
  }

  test('works where the browser keeps no storage', async () => {
    const { page } = opened;
    await page.evaluateOnNewDocument(() => {
      Object.defineProperty(globalThis, 'localStorage', {
        get() {
          throw new DOMException('Access is denied for this document.', 'SecurityError');
        },
      });
    });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
    await opened.open('lessons.html');
    await page.locator('::-p-aria([name="Dark"][role="button"])').click();
    await page.waitForSelector('html[data-scheme=dark]');
  });

  // On pages of their own, as the browser tells the console of each request that fails.
  test('a lesson that could not be loaded says so, and comes when asked for again', async () => {
    const page = await opened.browser.newPage();
    let broken = true;
    await breakRequests(page, /^01-hard/, () => broken);
    await page.goto(new URL('lessons.html', inject('lab')).href);
    await page.locator('#hard-and-soft ::-p-xpath(.//p[starts-with(., "This lesson could not be loaded.")])').wait();
    broken = false;
    await page.locator('#hard-and-soft ::-p-aria([name="Try again"][role="button"])').click();
    await page.waitForSelector('#hard-and-soft .plane');
    await page.close();
  });

  test('formulas that could not be loaded stand as their source, and the page says so', async () => {
    const page = await opened.browser.newPage();
    const uncaught: unknown[] = [];
    page.on('pageerror', (error) => uncaught.push(error));
    await breakRequests(page, /^katex.*\.js$/, () => true);
    await page.goto(new URL('lessons.html', inject('lab')).href);
    await page.waitForSelector('[role=alert] ::-p-text(The formulas could not be loaded.)');
    expect(await page.$eval('#hard-and-soft code', (source) => source.textContent)).toMatch(/^r_/);
    expect(await seriousFaults(page)).toEqual([]);
    await page.locator('::-p-aria([name="Close"][role="button"])').click();
    await page.waitForFunction(() => document.querySelector('.trouble')!.textContent === '');
    expect(uncaught).toEqual([]);
    await page.close();
  });
});
