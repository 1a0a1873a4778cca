import type { KeyInput } from 'puppeteer';
import { expect, test } from 'vitest';
import * as scenes from '../../demo/lessons/later/scenes.ts';
import { MixtureModel } from '../../src/index.ts';
import { inBrowser } from './browsers.ts';
import { Lesson } from './lesson-reader.ts';
import * as plain from './plain-em.ts';

/** Points of a lesson, drawn as the page draws them; everything after that is computed here. */
function drawn({ truth, n, seed }: scenes.Scene) {
  const { data, labels } = new MixtureModel(truth).sample(n, seed);
  return { rows: plain.rowsOf(data, truth.nFeatures), labels };
}

/** Behind the point, where both sides come to their numbers by other ways. */
const NEAR = 6;

const keys = (key: KeyInput, count: number): KeyInput[] => Array.from({ length: count }, () => key);

type Open = (id: string) => Promise<Lesson>;

for (const browser of ['chromium', 'firefox'] as const) {
  inBrowser(browser, { shared: true }, (opened) => {
    const open: Open = (id) => Lesson.open(opened, id);
    dance(open);
    twoAlgorithms(open);
    sigmaToZero(open);

    test('9: the E-step closes the gap, the M-step raises the bound, the start decides on the peak', async () => {
      const { rows } = drawn(scenes.clumps);
      const lesson = await open('uphill');
      await lesson.drag('start', -150, 0);
      await toldOfOneBell(lesson, rows, (await lesson.place('start'))[0]);
      const [start] = await lesson.press('start', ...keys('ArrowRight', 30));
      await toldOfOneBell(lesson, rows, start);
    });

    test('10: EM and gradient ascent from where the start is, and the inertia there', async () => {
      const { rows } = drawn(scenes.bells);
      const lesson = await open('curved-space');
      await toldOfBells(lesson, rows, await lesson.drag('start', 90, 60), { steps: 12, length: 0.8 });
      const start = await lesson.press('start', 'ArrowDown', 'ArrowRight');
      await lesson.slide('Steps', ...keys('ArrowLeft', 8));
      await lesson.slide('Step length', ...keys('ArrowRight', 3));
      await toldOfBells(lesson, rows, start, { steps: 4, length: 1.1 });
    });
  });
}

function dance(open: Open): void {
  const circle = [
    [scenes.DANCE_VARIANCE, 0],
    [0, scenes.DANCE_VARIANCE],
  ];

  test('6: steps are those of EM from where the mean was dragged', async () => {
    const { rows } = drawn(scenes.dances.Blobs);
    const lesson = await open('dance');
    await lesson.drag('blue mean', -60, 90);
    await lesson.press('green mean', 'ArrowRight', 'ArrowDown');
    const means = await Promise.all(['blue', 'gold', 'green'].map((name) => lesson.place(`${name} mean`)));
    expect(means[2]).toEqual([0.9, 2.2]);
    const start = { weights: means.map(() => 1 / 3), means, covariances: means.map(() => circle) };
    const height = (rounds: number) => plain.expectation(rows, plain.iterate(rows, start, rounds)).logLikelihood;
    await lesson.reads({ 'log-likelihood': height(0), rounds: 0 }, NEAR);
    await lesson.button('E-step');
    await lesson.reads({ 'log-likelihood': height(0), rounds: 0 }, NEAR);
    await lesson.button('M-step');
    await lesson.reads({ rounds: 1, 'log-likelihood': height(1) }, NEAR);
    await lesson.button('Run');
    await expect.poll(() => lesson.number('rounds')).toBeGreaterThan(2);
    await lesson.button('Pause');
    const rounds = await idle(lesson);
    await lesson.reads({ 'log-likelihood': height(rounds), rounds }, 5);
    await lesson.button('Reset');
    await lesson.reads({ rounds: 0 });
    expect(await lesson.place('blue mean')).toEqual(scenes.DANCE_START[0]);
  });
}

/** The rounds of a dance that was paused, once the step that was under way is done. */
async function idle(lesson: Lesson): Promise<number> {
  await lesson.page.waitForSelector('#dance .buttons:not([aria-busy=true])');
  return lesson.number('rounds');
}

/** What all three measures of agreement are in lesson 7. */
function agreements({ truth, ...rest }: scenes.Scene) {
  const { rows, labels } = drawn({ truth, ...rest });
  const { weights, means } = truth;
  const covariances = (truth.covariances as number[][]).map(([xx, yy]) => [
    [xx!, 0],
    [0, yy!],
  ]);
  const fitted = plain.iterate(rows, { weights, means, covariances }, 100);
  const [ofMixture, ofKMeans] = [plain.labelsOf(plain.expectation(rows, fitted).shares), plain.bestOfTwo(rows)];
  return {
    'k-means': plain.randIndex(labels, ofKMeans),
    mixture: plain.randIndex(labels, ofMixture),
    agreement: plain.randIndex(ofKMeans, ofMixture),
  };
}

function twoAlgorithms(open: Open): void {
  test('7: on round clouds both agree, of tall ones k-means makes halves', async () => {
    const lesson = await open('two-algorithms');
    const told = async (stretch: number, right: readonly number[]) => {
      const expected = agreements(scenes.twoClouds(stretch, right));
      await lesson.reads(expected, NEAR);
      return expected;
    };
    await lesson.slide('Stretch', 'Home');
    expect((await told(1, [1.7, 0])).agreement).toBeGreaterThan(0.9);
    await lesson.slide('Stretch', 'End');
    expect((await told(3.5, [1.7, 0])).agreement).toBeLessThan(0.1);
    await told(3.5, await lesson.drag('right cloud, mixture', 25, 12));
    await told(3.5, await lesson.press('right cloud, k-means', 'ArrowLeft'));
  });
}

function sigmaToZero(open: Open): void {
  const { rows } = drawn(scenes.softScene);
  const kMeans = plain.softKMeans(rows, scenes.softScene.truth.means, 0).sort(([a], [b]) => a! - b!);
  const told = async (lesson: Lesson, sigma: number, digits: number) => {
    const centers = plain.softKMeans(rows, kMeans, sigma);
    const logs = plain.softShares(rows, centers, sigma).flatMap((row) => row.map((r) => (r > 0 ? r * Math.log(r) : 0)));
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

  test('8: soft k-means becomes k-means', async () => {
    const lesson = await open('sigma-to-zero');
    await lesson.slide('σ', 'Home');
    await lesson.reads({ entropy: Math.log(3) }, 4);
    await lesson.slide('σ', ...keys('ArrowRight', 14));
    await told(lesson, scenes.SIGMAS[14]!, 4);
    await lesson.drag('test point', 40, 30);
    await told(lesson, scenes.SIGMAS[14]!, 4);
    await lesson.slide('σ', 'End');
    await lesson.press('test point', 'ArrowUp', 'ArrowLeft');
    await told(lesson, 0, 9);
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
  await lesson.reads({ place: start, 'log-likelihood': height(start) }, NEAR);
  await lesson.button('E-step');
  await lesson.reads({ place: start, 'log-likelihood': height(start), bound: height(start), gap: 0 }, NEAR);
  await lesson.button('M-step');
  const after = next(start);
  const raised = bound(start, after);
  await lesson.reads(
    { place: after, 'log-likelihood': height(after), bound: raised, gap: height(after) - raised },
    NEAR,
  );
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
  await lesson.reads({ em: at(em).logLikelihood, gradient: at(gradient).logLikelihood }, NEAR);
  await lesson.reads({ 'inertia-tight': tight!, 'inertia-wide': wide! }, NEAR);
}
