import puppeteer, { type Browser, type Page } from 'puppeteer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { CHROMIUM_OFFLINE, CHROMIUM_SWIFTSHADER, findChromium, findFirefox, INSTALL } from '../../scripts/drivers.mjs';
import { randomFor } from '../lanes/cases/gpu.ts';

export type BrowserName = 'chromium' | 'firefox';

interface LaunchOptions {
  /** Default true; false starts Chromium as it is on a machine without a GPU. */
  readonly webgpu?: boolean;
  /** All tests work on one page, each in a place of its own on it; default: each gets a page. */
  readonly shared?: boolean;
}

function launch(browser: BrowserName, { webgpu = true }: LaunchOptions): Promise<Browser> {
  if (browser === 'firefox') {
    return puppeteer.launch({
      browser,
      executablePath: findFirefox() ?? INSTALL.firefox,
      extraPrefsFirefox: { 'dom.webgpu.enabled': webgpu, 'gfx.webgpu.ignore-blocklist': webgpu },
    });
  }
  return puppeteer.launch({
    executablePath: findChromium() ?? INSTALL.chromium,
    args: ['--no-sandbox', ...CHROMIUM_OFFLINE, ...(webgpu ? CHROMIUM_SWIFTSHADER : ['--disable-gpu'])],
  });
}

/** What a test of a page works with. */
export interface Opened {
  readonly page: Page;
  readonly browser: Browser;
  /** Goes to a page of the Lab, `lessons.html` or `index.html#…`. */
  open(path: string): Promise<void>;
  /** Complaints of the browser itself that this test brings about. */
  forgive(complaint: RegExp): void;
}

/**
 * `test` for what both browsers do alike, where neither has WebGPU: each is for one of the two, which the run's seed draws (`EMGPU_SEED`, which
 * is told at the start, repeats it).
 */
export function drawnFor(browser: BrowserName): (title: string, run: () => Promise<void>, timeout?: number) => void {
  const seed = inject('pagesSeed');
  return (title, run, timeout) => {
    const drawn = randomFor(seed, title).uniform() < 0.5 ? 'chromium' : 'firefox';
    if (drawn === browser) test(title, run, timeout);
  };
}

/** CSS pixels of a page. With WebGPU everything on it is drawn in software, pixel by pixel. */
const SIZE = { plain: { width: 1280, height: 900 }, webgpu: { width: 900, height: 640 } };

/**
 * Tests of the Lab's pages in one browser, which they share; each gets a page of its own unless they share that too, and fails when the page
 * complains on the console.
 */
export function inBrowser(name: BrowserName, options: LaunchOptions, tests: (opened: Opened) => void): void {
  const { webgpu = true, shared = false } = options;
  describe(`${name}${webgpu ? '' : ' without WebGPU'}`, () => {
    let browser: Browser;
    let page: Page;
    let complaints: string[];
    let forgiven: RegExp[];
    const begin = async () => {
      page = await browser.newPage();
      await page.setViewport(webgpu ? SIZE.webgpu : SIZE.plain);
      [complaints, forgiven] = [[], []];
      page.on('pageerror', (error) => complaints.push(`${error}`));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
    };
    const end = async () => {
      await page?.close();
      expect(complaints.filter((text) => !forgiven.some((pattern) => pattern.test(text)))).toEqual([]);
    };
    beforeAll(async () => {
      browser = await launch(name, options);
      if (shared) await begin();
    }, 60_000);
    afterAll(async () => {
      try {
        if (shared) await end();
      } finally {
        await browser?.close();
      }
    });
    beforeEach(() => (shared ? undefined : begin()));
    afterEach(() => (shared ? undefined : end()));
    tests({
      get page() {
        return page;
      },
      get browser() {
        return browser;
      },
      open: async (path) => {
        await page.goto(new URL(path, inject('lab')).href);
      },
      forgive: (complaint) => {
        forgiven.push(complaint);
      },
    });
  });
}
