import type { ElementHandle, KeyInput, Page } from 'puppeteer';
import { expect, test } from 'vitest';
import * as scenes from '../../demo/lessons/later/scenes.ts';
import { MixtureModel } from '../../src/index.ts';
import { inBrowser, type Opened } from './browsers.ts';
import * as plain from './plain-em.ts';

/** Points of a lesson, drawn as the page draws them; everything after that is computed here. */
function drawn({ truth, n, seed }: scenes.Scene) {
  const { data, labels } = new MixtureModel(truth).sample(n, seed);
  return { rows: plain.rowsOf(data, truth.nFeatures), labels };
}

/** A lesson on the page, as a reader works with it. */
class Lesson {
  readonly #page: Page;
  readonly #section: string;

  constructor(page: Page, id: string) {
    this.#page = page;
    this.#section = `#${id}`;
  }

  static async open({ page, open }: Opened, id: string): Promise<Lesson> {
    await open(`lessons.html#${id}`);
    await page.waitForSelector(`#${id} .plane`);
    return new Lesson(page, id);
  }

  /** NaN until it is known. */
  number(name: string): Promise<number> {
    return this.#page.$eval(`${this.#section} [data-read="${name}"]`, (output) =>
      Number((output as HTMLElement).dataset.value),
    );
  }

  /** Waits until the numbers are these. */
  async reads(expected: Readonly<Record<string, number>>, digits = 6): Promise<void> {
    for (const [name, value] of Object.entries(expected)) {
      const found = expect.poll(() => this.number(name), { message: name, interval: 20, timeout: 10_000 });
      await found.toBeCloseTo(value, digits);
    }
  }

  /** Where a handle is, data units. */
  place(handle: string): Promise<[number, number]> {
    return this.#page.$eval(this.#handle(handle), (knob): [number, number] => {
      const { x, y } = (knob as SVGElement).dataset;
      return [Number(x), Number(y)];
    });
  }

  /** Drags a handle by pixels; it comes along. */
  async drag(handle: string, dx: number, dy: number): Promise<[number, number]> {
    const { mouse } = this.#page;
    const knob = (await this.#page.$(`${this.#handle(handle)} .knob`))!;
    const [x, y] = await this.#middle(knob);
    await mouse.move(x, y);
    await mouse.down();
    await mouse.move(x + dx / 2, y + dy / 2);
    await mouse.move(x + dx, y + dy);
    await mouse.up();
    const [toX, toY] = await this.#middle(knob);
    expect(toX - x).toBeCloseTo(dx, 0);
    expect(toY - y).toBeCloseTo(dy, 0);
    return this.place(handle);
  }

  /** Presses keys on a handle or a slider. */
  async press(target: { readonly handle: string } | { readonly slider: string }, ...keys: KeyInput[]): Promise<void> {
    const selector =
      'handle' in target ? this.#handle(target.handle) : `${this.#section} [data-slider="${target.slider}"]`;
    await this.#page.$eval(selector, (element) => (element as HTMLElement).focus());
    for (const key of keys) await this.#page.keyboard.press(key);
  }

  async button(name: string): Promise<void> {
    const button = await this.#page.waitForSelector(`${this.#section} ::-p-xpath(.//button[.="${name}"])`);
    await button!.evaluate((element) => (element as HTMLButtonElement).click());
  }

  #handle(name: string): string {
    return `${this.#section} [data-handle="${name}"]`;
  }

  /** The middle of an element, once lessons above no longer move it. */
  async #middle(element: ElementHandle): Promise<[number, number]> {
    for (let before = ''; ; await new Promise((done) => setTimeout(done, 60))) {
      const now = await element.evaluate((knob): [number, number] => {
        const seen = knob.getBoundingClientRect();
        if (seen.top < 100 || seen.bottom > innerHeight - 100) knob.scrollIntoView({ block: 'center' });
        const { left, top, width, height } = knob.getBoundingClientRect();
        return [left + width / 2, top + height / 2];
      });
      if (`${now}` === before) return now;
      before = `${now}`;
    }
  }
}

const keys = (key: KeyInput, count: number): KeyInput[] => Array.from({ length: count }, () => key);

for (const browser of ['chromium', 'firefox'] as const) {
  inBrowser(browser, {}, (opened) => {
    test('6: steps are those of EM from where the mean was dragged', async () => {
      const { rows } = drawn(scenes.dances.Blobs);
      const lesson = await Lesson.open(opened, 'dance');
      await lesson.drag('blue mean', -60, 90);
      await lesson.press({ handle: 'green mean' }, 'ArrowRight', 'ArrowDown');
      const means = await Promise.all(['blue', 'gold', 'green'].map((name) => lesson.place(`${name} mean`)));
      expect(means[2]).toEqual([0.9, 2.2]);
      const circle = [
        [scenes.DANCE_VARIANCE, 0],
        [0, scenes.DANCE_VARIANCE],
      ];
      const start = { weights: means.map(() => 1 / 3), means, covariances: means.map(() => circle) };
      const height = (rounds: number) => plain.expectation(rows, plain.iterate(rows, start, rounds)).logLikelihood;
      await lesson.reads({ 'log-likelihood': height(0), rounds: 0 });
      await lesson.button('E-step');
      await lesson.reads({ 'log-likelihood': height(0), rounds: 0 });
      await lesson.button('M-step');
      await lesson.reads({ rounds: 1, 'log-likelihood': height(1) });
      await lesson.button('Run');
      await expect.poll(() => lesson.number('rounds')).toBeGreaterThan(2);
      await lesson.button('Pause');
      const rounds = await lesson.number('rounds');
      await lesson.reads({ 'log-likelihood': height(rounds), rounds }, 5);
      await lesson.button('Reset');
      await lesson.reads({ rounds: 0 });
      expect(await lesson.place('blue mean')).toEqual(scenes.DANCE_START[0]);
    });

    test('7: on round clouds both agree, of tall ones k-means makes halves', async () => {
      const lesson = await Lesson.open(opened, 'two-algorithms');
      const told = async (stretch: number, right: readonly number[]) => {
        const scene = scenes.twoClouds(stretch, right);
        const { rows, labels } = drawn(scene);
        const { weights, means, covariances } = scene.truth;
        const full = (covariances as number[][]).map(([xx, yy]) => [
          [xx!, 0],
          [0, yy!],
        ]);
        const fitted = plain.iterate(rows, { weights, means, covariances: full }, 100);
        const [ofMixture, ofKMeans] = [plain.labelsOf(plain.expectation(rows, fitted).shares), plain.bestOfTwo(rows)];
        const expected = {
          'k-means': plain.randIndex(labels, ofKMeans),
          mixture: plain.randIndex(labels, ofMixture),
          agreement: plain.randIndex(ofKMeans, ofMixture),
        };
        await lesson.reads(expected);
        return expected;
      };
      await lesson.press({ slider: 'Stretch' }, 'Home');
      expect((await told(1, [1.7, 0])).agreement).toBeGreaterThan(0.9);
      await lesson.press({ slider: 'Stretch' }, 'End');
      expect((await told(3.5, [1.7, 0])).agreement).toBeLessThan(0.1);
      await told(3.5, await lesson.drag('right cloud, mixture', 25, 12));
      await lesson.press({ handle: 'right cloud, k-means' }, 'ArrowLeft');
      await told(3.5, await lesson.place('right cloud, k-means'));
    });

    test('8: soft k-means becomes k-means', async () => {
      const { rows } = drawn(scenes.softScene);
      const kMeans = plain.softKMeans(rows, scenes.softScene.truth.means, 0).sort(([a], [b]) => a! - b!);
      const lesson = await Lesson.open(opened, 'sigma-to-zero');
      const told = async (sigma: number, digits: number) => {
        const centers = plain.softKMeans(rows, kMeans, sigma);
        const logs = plain
          .softShares(rows, centers, sigma)
          .flatMap((row) => row.map((r) => (r > 0 ? r * Math.log(r) : 0)));
        const distances = centers.map(([x, y]) => Math.min(...kMeans.map(([u, v]) => Math.hypot(x! - u!, y! - v!))));
        const probe = plain.softShares([await lesson.place('test point')], centers, sigma)[0]!;
        await lesson.reads(
          {
            entropy: -logs.reduce((a, b) => a + b, 0) / rows.length,
            distance: Math.max(...distances),
            ...Object.fromEntries(probe.map((share, k) => [`share-${k}`, share])),
          },
          digits,
        );
      };
      await lesson.press({ slider: 'σ' }, 'Home');
      await lesson.reads({ entropy: Math.log(3) }, 4);
      await lesson.press({ slider: 'σ' }, ...keys('ArrowRight', 14));
      await told(scenes.SIGMAS[14]!, 4);
      await lesson.drag('test point', 40, 30);
      await told(scenes.SIGMAS[14]!, 4);
      await lesson.press({ slider: 'σ' }, 'End');
      await lesson.press({ handle: 'test point' }, 'ArrowUp', 'ArrowLeft');
      await told(0, 9);
    });

    test('9: the E-step closes the gap, the M-step raises the bound, the start decides on the peak', async () => {
      const { rows } = drawn(scenes.clumps);
      const lesson = await Lesson.open(opened, 'uphill');
      await lesson.drag('start', -150, 0);
      await toldOfOneBell(lesson, rows, (await lesson.place('start'))[0]);
      await lesson.press({ handle: 'start' }, ...keys('ArrowRight', 30));
      await toldOfOneBell(lesson, rows, (await lesson.place('start'))[0]);
    });

    test('10: EM and gradient ascent from where the start is, and the inertia there', async () => {
      const { rows } = drawn(scenes.bells);
      const lesson = await Lesson.open(opened, 'curved-space');
      await toldOfBells(lesson, rows, await lesson.drag('start', 90, 60), { steps: 12, length: 0.8 });
      await lesson.press({ handle: 'start' }, 'ArrowDown', 'ArrowRight');
      await lesson.press({ slider: 'Steps' }, ...keys('ArrowLeft', 8));
      await lesson.press({ slider: 'Step length' }, ...keys('ArrowRight', 3));
      await toldOfBells(lesson, rows, await lesson.place('start'), { steps: 4, length: 1.1 });
    });
  });
}

/** Lesson 9 from a start: one bell over an even background. */
async function toldOfOneBell(lesson: Lesson, rows: readonly (readonly number[])[], start: number): Promise<void> {
  const background = 0.5 / 12;
  const bell = (x: number, mean: number) =>
    (0.5 * Math.exp(-((x - mean) ** 2) / (2 * scenes.BELL_VARIANCE))) / Math.sqrt(2 * Math.PI * scenes.BELL_VARIANCE);
  const sum = (value: (x: number) => number) => rows.reduce((total, [x]) => total + value(x!), 0);
  const share = (x: number, mean: number) => bell(x, mean) / (bell(x, mean) + background);
  const height = (mean: number) => sum((x) => Math.log(bell(x, mean) + background));
  const next = (mean: number) => sum((x) => share(x, mean) * x) / sum((x) => share(x, mean));
  const bound = (held: number, mean: number) =>
    sum((x) => {
      const r = share(x, held);
      return r * Math.log(bell(x, mean) / r) + (1 - r) * Math.log(background / (1 - r));
    });
  await lesson.reads({ place: start, 'log-likelihood': height(start) });
  await lesson.button('E-step');
  await lesson.reads({ place: start, 'log-likelihood': height(start), bound: height(start), gap: 0 });
  await lesson.button('M-step');
  const after = next(start);
  const raised = bound(start, after);
  await lesson.reads({ place: after, 'log-likelihood': height(after), bound: raised, gap: height(after) - raised });
  let peak = start;
  for (let i = 0; i < 1000; i++) peak = next(peak);
  await lesson.reads({ peak }, 2);
}

/** Lesson 10 from a start. */
async function toldOfBells(
  lesson: Lesson,
  rows: readonly (readonly number[])[],
  start: readonly number[],
  { steps, length }: { readonly steps: number; readonly length: number },
): Promise<void> {
  const { weights, covariances } = scenes.twoBells(0, 0);
  const variances = covariances as number[];
  const at = (means: readonly number[]) =>
    plain.expectation(rows, { weights, means: means.map((m) => [m]), covariances: variances.map((v) => [[v]]) });
  /** Points of each bell, and how far its mean is from theirs. */
  const pull = (means: readonly number[]) =>
    means.map((mean, k) => {
      const { shares } = at(means);
      const count = shares.reduce((total, row) => total + row[k]!, 0);
      return { count, step: rows.reduce((total, [x], n) => total + shares[n]![k]! * (x! - mean), 0) / count };
    });
  let em = [...start];
  let gradient = [...start];
  for (let i = 0; i < steps; i++) {
    em = pull(em).map(({ step }, k) => em[k]! + step);
    gradient = pull(gradient).map(({ count, step }, k) => {
      const slope = (count * step) / variances[k]!;
      return gradient[k]! + length * (0.25 / 72) * slope;
    });
  }
  const [tight, wide] = pull(start).map(({ count }, k) => count / variances[k]!);
  await lesson.reads({ em: at(em).logLikelihood, gradient: at(gradient).logLikelihood });
  await lesson.reads({ 'inertia-tight': tight!, 'inertia-wide': wide! });
}
