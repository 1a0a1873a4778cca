import type { KeyInput, Page } from 'puppeteer';
import { expect } from 'vitest';
import type { Opened } from './browsers.ts';
import type { Pair } from './plain-gaussians.ts';

/** How close numbers of the page, in float64, must be to those computed here. */
export const DIGITS = 9;

/** A lesson on the page, as a reader works with it. */
export class Lesson {
  readonly page: Page;
  readonly #section: string;

  private constructor(page: Page, id: string) {
    this.page = page;
    this.#section = `#${id}`;
  }

  /** Goes to a lesson by its link, on the page of lessons that is open or on a new one, and waits for its figure. */
  static async open({ page, open }: Opened, id: string): Promise<Lesson> {
    if (!page.url().includes('lessons.html')) await open('lessons.html');
    await page.$eval(`nav a[href="#${id}"]`, (link) => (link as HTMLElement).click());
    await page.waitForSelector(`#${id} .plane`);
    return new Lesson(page, id);
  }

  /** A number that the lesson shows, with all its digits; NaN until it is known. */
  number(name: string): Promise<number> {
    return this.page.$eval(`${this.#section} [data-read="${name}"]`, (output) =>
      Number((output as HTMLElement).dataset.value),
    );
  }

  /** Waits until the numbers are these. */
  async reads(expected: Readonly<Record<string, number>>, digits = DIGITS): Promise<void> {
    for (const [name, value] of Object.entries(expected)) {
      const found = expect.poll(() => this.number(name), { message: name, interval: 20, timeout: 10_000 });
      await found.toBeCloseTo(value, digits);
    }
  }

  /** Where a handle is, data units. */
  place(handle: string): Promise<Pair> {
    return this.page.$eval(this.#handle(handle), (knob): Pair => {
      const { x, y } = (knob as SVGElement).dataset;
      return [Number(x), Number(y)];
    });
  }

  /** Drags a handle by pixels, along with which it must come, and returns where it is then, in data units. */
  async drag(handle: string, dx: number, dy: number): Promise<Pair> {
    const { mouse } = this.page;
    const knob = `${this.#handle(handle)} .knob`;
    const [x, y] = await this.#settled(knob);
    await mouse.move(x, y);
    await mouse.down();
    await mouse.move(x + dx / 2, y + dy / 2);
    await mouse.move(x + dx, y + dy);
    await mouse.up();
    // What is drawn follows what was dragged by a frame or two.
    await expect
      .poll(async () => {
        const [toX, toY] = await this.#middle(knob);
        return Math.hypot(toX - x - dx, toY - y - dy);
      })
      .toBeLessThan(0.5);
    return this.place(handle);
  }

  /** Presses keys on a handle, and returns where it is then. */
  async press(handle: string, ...keys: readonly KeyInput[]): Promise<Pair> {
    await this.#type(this.#handle(handle), keys);
    return this.place(handle);
  }

  /** Presses keys on a slider. */
  slide(slider: string, ...keys: readonly KeyInput[]): Promise<void> {
    return this.#type(`${this.#section} [data-slider="${slider}"]`, keys);
  }

  /** Clicks what is there by its place on the screen. */
  async click(selector: string): Promise<void> {
    const [x, y] = await this.#settled(`${this.#section} ${selector}`);
    await this.page.mouse.click(x, y);
  }

  /** Presses a button once it can be. */
  async button(name: string): Promise<void> {
    const button = await this.page.waitForSelector(
      `${this.#section} ::-p-xpath(.//button[.="${name}" and not(@disabled)])`,
    );
    await button!.evaluate((element) => (element as HTMLButtonElement).click());
  }

  text(selector: string): Promise<string> {
    return this.page.$eval(`${this.#section} ${selector}`, ({ textContent }) => textContent ?? '');
  }

  #handle(name: string): string {
    return `${this.#section} [data-handle="${name}"]`;
  }

  async #type(selector: string, keys: readonly KeyInput[]): Promise<void> {
    await this.page.$eval(selector, (element) => (element as HTMLElement).focus());
    for (const key of keys) await this.page.keyboard.press(key);
  }

  #middle(selector: string): Promise<Pair> {
    return this.page.$eval(selector, (element): Pair => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return [left + width / 2, top + height / 2];
    });
  }

  /** Brings an element to the middle of the window, and waits until lessons above no longer move it. */
  async #settled(selector: string): Promise<Pair> {
    for (let before = ''; ; await new Promise((done) => setTimeout(done, 60))) {
      await this.page.$eval(selector, (element) => element.scrollIntoView({ block: 'center' }));
      const now = await this.#middle(selector);
      if (`${now}` === before) return now;
      before = `${now}`;
    }
  }
}
