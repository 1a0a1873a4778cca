import type { Page } from 'puppeteer';
import { expect } from 'vitest';
import type { Opened } from './browsers.ts';
import type { Pair } from './plain-gaussians.ts';

/** How close numbers of the page, in float64, must be to those computed here. */
export const DIGITS = 9;

/** A lesson on the page, as a reader works with it. */
export class Lesson {
  readonly #page: Page;
  readonly #section: string;

  constructor(page: Page, id: string) {
    this.#page = page;
    this.#section = `#${id}`;
  }

  /** Goes to a lesson by its link and waits for its figure. */
  static async open({ page, open }: Opened, id: string): Promise<Lesson> {
    await open(`lessons.html#${id}`);
    await page.waitForSelector(`#${id} .plane`);
    return new Lesson(page, id);
  }

  /** A number that the lesson shows, with all its digits. */
  number(name: string): Promise<number> {
    return this.#page.$eval(`${this.#section} [data-read="${name}"]`, (output) =>
      Number((output as HTMLElement).dataset.value),
    );
  }

  /** Waits until the numbers are these. */
  async reads(expected: Readonly<Record<string, number>>): Promise<void> {
    for (const [name, value] of Object.entries(expected)) {
      await expect.poll(() => this.number(name), { message: name, interval: 20 }).toBeCloseTo(value, DIGITS);
    }
  }

  /** Where a handle is, data units. */
  async place(handle: string): Promise<Pair> {
    const at = await this.#page.$eval(this.#handle(handle), (g) => [
      (g as SVGElement).dataset.x,
      (g as SVGElement).dataset.y,
    ]);
    return [Number(at[0]), Number(at[1])];
  }

  /** Drags a handle by pixels, and returns where it is then, in data units. */
  async drag(handle: string, dx: number, dy: number): Promise<Pair> {
    const { mouse } = this.#page;
    const [x, y] = await this.#middle(`${this.#handle(handle)} .knob`);
    await mouse.move(x, y);
    await mouse.down();
    await mouse.move(x + dx / 2, y + dy / 2);
    await mouse.move(x + dx, y + dy);
    await mouse.up();
    return this.place(handle);
  }

  /** Presses arrow keys on a handle, and returns where it is then. */
  async press(
    handle: string,
    ...keys: readonly ('ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown')[]
  ): Promise<Pair> {
    await this.#page.$eval(this.#handle(handle), (element) => (element as SVGElement).focus());
    for (const key of keys) await this.#page.keyboard.press(key);
    return this.place(handle);
  }

  /** Clicks what is there by its place on the screen. */
  async click(selector: string): Promise<void> {
    const [x, y] = await this.#middle(`${this.#section} ${selector}`);
    await this.#page.mouse.click(x, y);
  }

  /** Presses a button once it can be. */
  async button(name: string): Promise<void> {
    const button = await this.#page.waitForSelector(
      `${this.#section} ::-p-xpath(.//button[.="${name}" and not(@disabled)])`,
    );
    await button!.evaluate((element) => (element as HTMLButtonElement).click());
  }

  text(selector: string): Promise<string> {
    return this.#page.$eval(`${this.#section} ${selector}`, ({ textContent }) => textContent ?? '');
  }

  #handle(name: string): string {
    return `${this.#section} [data-handle="${name}"]`;
  }

  /** Brings an element to the middle of the window, and waits until lessons above no longer move it. */
  async #middle(selector: string): Promise<Pair> {
    let before = '';
    for (;;) {
      const now = await this.#page.$eval(selector, (element) => {
        element.scrollIntoView({ block: 'center' });
        const { left, top, width, height } = element.getBoundingClientRect();
        return [left + width / 2, top + height / 2] as const;
      });
      if (`${now}` === before) return now;
      before = `${now}`;
      await new Promise((done) => setTimeout(done, 60));
    }
  }
}
