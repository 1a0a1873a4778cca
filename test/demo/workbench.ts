import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ElementHandle, Page } from 'puppeteer';
import type { Opened } from './browsers.ts';

/** The workbench as a visitor uses it. */
export class WorkbenchPage {
  readonly #opened: Opened;

  constructor(opened: Opened) {
    this.#opened = opened;
  }

  get page(): Page {
    return this.#opened.page;
  }

  /** Opens it by a link and waits for the start of the models. */
  async open(hash = ''): Promise<void> {
    await this.openUntil('.status.idle', hash);
    await this.ready();
  }

  /** Opens it by a link and waits for something else. */
  async openUntil(selector: string, hash: string): Promise<void> {
    // A hash alone would be no navigation.
    await this.page.goto('about:blank');
    await this.#opened.open(`index.html${hash}`);
    await this.page.waitForSelector(selector);
  }

  /** Points are at home and nothing is under way. */
  async ready(): Promise<void> {
    await this.page.waitForSelector('.status.idle');
    await this.page.waitForSelector('button.primary:enabled');
  }

  /**
   * Presses a button by its name, once it can be pressed. (Puppeteer's own ways take a second each in Firefox, and for ever where it gives no
   * frames, as now and then after the loss of a device.)
   */
  async press(name: string): Promise<void> {
    const button = await this.page.waitForFunction(
      (wanted) =>
        [...document.querySelectorAll('button')].find(
          (one) =>
            (one.ariaLabel ?? one.textContent.trim()) === wanted &&
            !one.disabled &&
            one.checkVisibility({ visibilityProperty: true }),
        ),
      { polling: 50 },
      name,
    );
    const place = await (button as ElementHandle<HTMLButtonElement>).evaluate((one) => {
      one.scrollIntoView({ block: 'nearest' });
      const { left, top, width, height } = one.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    });
    await this.page.mouse.click(place.x, place.y);
  }

  /** Presses Run and waits for the end. */
  async run(): Promise<void> {
    await this.press('Run');
    await this.page.waitForFunction(() =>
      /^(Converged|Stopped)/.test(document.querySelector('.status p')?.textContent ?? ''),
    );
  }

  /** A number that the page shows, at its full precision. */
  async read(name: string): Promise<number> {
    await this.page.waitForSelector(`[data-read="${name}"]`);
    return this.page.$eval(`[data-read="${name}"]`, (node) => Number((node as HTMLElement).dataset.value));
  }

  /** What the line under the controls says. */
  status(): Promise<string> {
    return this.page.$eval('.status p', (line) => line.textContent ?? '');
  }

  /** Chooses a file of the visitor's. */
  async choose(path: string): Promise<void> {
    const input = (await this.page.$('input[name=file]')) as ElementHandle<HTMLInputElement>;
    await input.uploadFile(path);
  }

  /** Drops a file on the page, as one drags it there from a folder. */
  async drop(path: string): Promise<void> {
    const bytes = (await readFile(path)).toString('base64');
    await this.page.evaluate(
      async (name, text) => {
        const data = await (await fetch(`data:application/octet-stream;base64,${text}`)).arrayBuffer();
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([data], name));
        const place = document.querySelector('.stage')!;
        for (const type of ['dragover', 'drop']) {
          place.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
        }
      },
      basename(path),
      bytes,
    );
  }

  /** Where ellipses and means are, as text that changes when they do. */
  components(): Promise<string> {
    return this.page.$eval('.components', (group) => group.innerHTML);
  }

  /** The points as they are drawn: bytes of the canvas, as one number. For the CPU's pictures, which stay on the canvas. */
  async picture(): Promise<number> {
    await this.#drawn();
    return this.page.$eval('.points-view canvas', (canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      return data.reduce((hash, byte) => (Math.imul(hash, 31) + byte) | 0, 0);
    });
  }

  /** Waits until the picture has not changed for a while. */
  async #drawn(): Promise<void> {
    const count = () => this.page.$eval('.points-view', (view) => (view as HTMLElement).dataset.drawn);
    for (let before = ''; before !== (await count()); ) {
      before = (await count())!;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  /** Presses a button that saves a file; gives its name and text. */
  async save(button: string): Promise<{ name: string; text: string }> {
    await this.page.evaluate(() => {
      const saved = globalThis as unknown as { saved: Promise<{ name: string; text: string }> };
      saved.saved = new Promise((resolve) => {
        HTMLAnchorElement.prototype.click = async function click(this: HTMLAnchorElement) {
          resolve({ name: this.download, text: await (await fetch(this.href)).text() });
        };
      });
    });
    await this.press(button);
    return this.page.evaluate(
      () => (globalThis as unknown as { saved: Promise<{ name: string; text: string }> }).saved,
    );
  }
}
