import { expect, test } from 'vitest';
import { inBrowser } from './browsers.ts';
import { DIGITS, Lesson } from './lesson-reader.ts';
import {
  iterate,
  logLikelihood,
  type Matrix,
  type Mixture,
  moments,
  type Pair,
  products,
  responsibilities,
  round,
  sample,
  squared,
  sum,
} from './plain-gaussians.ts';

type Open = (id: string) => Promise<Lesson>;

for (const browser of ['chromium', 'firefox'] as const) {
  inBrowser(browser, { shared: true }, (opened) => {
    const open: Open = (id) => Lesson.open(opened, id);
    hardAndSoft(open);
    recipe(open);
    chickenAndEgg(open);
    responsibilitiesOfThree(open);
    oneMStep(open);
  });
}

function hardAndSoft(open: Open): void {
  const [left, right]: [Pair, Pair] = [
    [-1.3, 0],
    [1.3, 0],
  ];
  const told = async (lesson: Lesson, at: Pair) => {
    const share = 1 / (1 + Math.exp((squared(at, left) - squared(at, right)) / (2 * 0.9)));
    const pick = squared(at, left) <= squared(at, right) ? 1 : 0;
    await lesson.reads({ 'share-0': share, 'share-1': 1 - share, 'pick-0': pick, 'pick-1': 1 - pick });
  };

  test('1: the pick snaps, the share slides', async () => {
    const lesson = await open('hard-and-soft');
    await told(lesson, [-0.4, 0.6]);
    // 680 pixels of column, of which 640 are 8 units.
    const dragged = await lesson.drag('point to ask about', 56, 40);
    expect(dragged[0]).toBeCloseTo(0.3, 1);
    expect(dragged[1]).toBeCloseTo(0.1, 1);
    await told(lesson, dragged);
    const keys = ['ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'ArrowUp'] as const;
    const pressed = await lesson.press('point to ask about', ...keys);
    expect(pressed[0]).toBeCloseTo(dragged[0] - 0.4, 6);
    expect(pressed[1]).toBeCloseTo(dragged[1] + 0.1, 6);
    await told(lesson, pressed);
  });
}

const RECIPE: Mixture = {
  weights: [0.5, 0.3, 0.2],
  means: [
    [-1.9, -0.5],
    [0.5, 0.9],
    [2.2, -0.7],
  ],
  covariances: [
    [
      [0.35, 0.12],
      [0.12, 0.25],
    ],
    [
      [0.6, -0.35],
      [-0.35, 0.4],
    ],
    [
      [0.12, 0],
      [0, 0.45],
    ],
  ],
};

function recipe(open: Open): void {
  test('2: density, die and draws follow means and cuts', async () => {
    const lesson = await open('recipe');
    const told = (mixture: Mixture, at: Pair) => lesson.reads({ density: sum(products(mixture, at)) });
    await told(RECIPE, [-0.6, 0.3]);
    const gold = await lesson.drag('gold mean', -60, 30);
    const moved = { ...RECIPE, means: [RECIPE.means[0]!, gold, RECIPE.means[2]!] };
    await told(moved, [-0.6, 0.3]);
    const probe = await lesson.press('probe', 'ArrowRight', 'ArrowDown');
    await told(moved, probe);

    const [cut] = await lesson.drag('cut between blue and gold', -96, 0);
    expect(cut).toBeCloseTo(0.35, 2);
    const [end] = await lesson.press('cut between gold and green', 'ArrowRight', 'ArrowUp');
    expect(end).toBeCloseTo(0.82, DIGITS);
    const weights = [cut, end - cut, 1 - end];
    await lesson.reads({ 'weight-0': weights[0]!, 'weight-1': weights[1]!, 'weight-2': weights[2]! });
    await told({ ...moved, weights }, probe);

    await lesson.button('Draw 200');
    await lesson.button('Draw one');
    await lesson.reads({ count: 201 });
    expect(await lesson.text('[role="status"]')).toMatch(/^The die said (blue|gold|green), the point fell on \(/);
    const drawn = await Promise.all(weights.map((_, k) => lesson.number(`drawn-${k}`)));
    expect(sum(drawn)).toBeCloseTo(1, DIGITS);
    for (const [k, p] of weights.entries()) {
      expect(Math.abs(drawn[k]! - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 201));
    }
  });
}

const TWO: Mixture = {
  weights: [0.5, 0.5],
  means: [
    [-1.4, -0.4],
    [1.3, 0.5],
  ],
  covariances: [
    [
      [0.5, 0.25],
      [0.25, 0.4],
    ],
    [
      [0.7, -0.3],
      [-0.3, 0.35],
    ],
  ],
};

/** What is known in lesson 3: the points, the last of which is dragged, and their labels. */
interface Labelled {
  readonly points: readonly Pair[];
  readonly labels: readonly number[];
}

/** Points that count for each group. */
const groups = ({ labels }: Labelled) => [0, 1].map((k) => labels.map((label) => (label === k ? 1 : 0)));

/** The Gaussians that the labels give, one of their means moved. */
function gaussiansOf(known: Labelled, secondMean: Pair): Mixture {
  const found = groups(known).map((counted) => moments(known.points, counted));
  return {
    weights: groups(known).map((counted) => sum(counted) / known.points.length),
    means: [found[0]!.mean, secondMean],
    // What the engine adds to the diagonal of covariances by default.
    covariances: found.map(
      ({ covariance: [[xx, xy], [, yy]] }): Matrix => [
        [xx + 1e-6, xy],
        [xy, yy + 1e-6],
      ],
    ),
  };
}

function chickenAndEgg(open: Open): void {
  test('3: labels give Gaussians, Gaussians give labels', async () => {
    const lesson = await open('chicken-and-egg');
    const told = async (known: Labelled) => {
      const [blue, gold] = groups(known).map((counted) => moments(known.points, counted).mean) as [Pair, Pair];
      await lesson.reads({ 'points-0': sum(groups(known)[0]!) });
      await lesson.reads({ 'mean-0-x': blue[0], 'mean-0-y': blue[1], 'mean-1-x': gold[0], 'mean-1-y': gold[1] });
    };
    const drawn = sample(TWO, 27, 3);
    const points = [...drawn.points, await lesson.drag('stray point', 40, 30)];
    const known = { points, labels: [...drawn.labels, 0] };
    await told(known);
    await lesson.click('[data-point="4"]');
    await told({ points, labels: known.labels.with(4, 1 - known.labels[4]!) });
    // The one that was clicked has the focus.
    await lesson.page.keyboard.press('Enter');
    await told(known);

    await lesson.click('input[value="Gaussians"]');
    const gaussians = gaussiansOf(known, await lesson.drag('gold mean', -60, -20));
    const shares = points.map((point) => responsibilities(gaussians, point));
    await lesson.reads({ 'points-0': sum(shares.map(([r]) => r!)), 'points-1': sum(shares.map(([, r]) => r!)) });
  });
}

const THREE: Mixture = {
  weights: [0.3, 0.45, 0.25],
  means: [
    [0.9, 0.5],
    [-1.4, -0.3],
    [2.6, -1.2],
  ],
  covariances: [
    round(0.09),
    [
      [1.5, 0.3],
      [0.3, 1.1],
    ],
    [
      [0.5, 0.2],
      [0.2, 0.25],
    ],
  ],
};

function responsibilitiesOfThree(open: Open): void {
  test('4: responsibilities of the point, which the nearest mean need not win', async () => {
    const lesson = await open('responsibilities');
    const told = async (at: Pair) => {
      for (const [k, r] of responsibilities(THREE, at).entries()) {
        const distance = Math.sqrt(squared(at, THREE.means[k]!));
        const product = products(THREE, at)[k]!;
        await lesson.reads({ [`responsibility-${k}`]: r, [`distance-${k}`]: distance, [`product-${k}`]: product });
      }
    };
    await told([0, 0.2]);
    expect(await lesson.text('[data-read="verdict"]')).toBe('Nearest mean: blue. Likeliest: gold.');
    const dragged = await lesson.drag('point to ask about', 50, -20);
    await told(dragged);
    expect(await lesson.text('[data-read="verdict"]')).toBe('Nearest mean: blue. Likeliest: blue.');
    await lesson.page.keyboard.down('Shift');
    const pressed = await lesson.press('point to ask about', 'ArrowDown');
    await lesson.page.keyboard.up('Shift');
    expect(pressed[1]).toBeCloseTo(dragged[1] - 1, 6);
    await told(pressed);
  });
}

/** What the points of lesson 5 are drawn from. */
const CLOUDS: Mixture = {
  weights: [0.4, 0.35, 0.25],
  means: [
    [-2, 0.6],
    [0.4, -0.7],
    [2.2, 1],
  ],
  covariances: [
    [
      [0.3, 0.2],
      [0.2, 0.3],
    ],
    [
      [0.8, -0.15],
      [-0.15, 0.15],
    ],
    [
      [0.2, 0],
      [0, 0.25],
    ],
  ],
};

function oneMStep(open: Open): void {
  test('5: the E-step changes no Gaussian, the M-step all of them', async () => {
    const lesson = await open('m-step');
    const { points } = sample(CLOUDS, 150, 5);
    const dragged = await lesson.drag('gold mean', 40, 60);
    const pressed = await lesson.press('green mean', 'ArrowUp', 'ArrowUp');
    expect(pressed).toEqual([2.9, -1.1]);
    const start: Mixture = {
      weights: [1 / 3, 1 / 3, 1 / 3],
      means: [[-2.8, -1.4], dragged, pressed],
      covariances: [round(0.4), round(0.4), round(0.4)],
    };
    await lesson.reads({ 'log-likelihood': logLikelihood(start, points), steps: 0 });
    await lesson.button('E-step');
    await lesson.button('M-step');
    const next = iterate(points, start);
    await lesson.reads({ 'log-likelihood': logLikelihood(next, points), steps: 1, 'weight-1': next.weights[1]! });
    const [x, y] = await lesson.place('blue mean');
    expect(x).toBeCloseTo(next.means[0]![0], DIGITS);
    expect(y).toBeCloseTo(next.means[0]![1], DIGITS);
    await lesson.button('E-step');
    await lesson.reads({ 'log-likelihood': logLikelihood(next, points), steps: 1 });
    await lesson.button('Reset');
    await lesson.reads({ steps: 0 });
    expect(await lesson.place('gold mean')).toEqual([-0.4, 1.4]);
  });

  test('5: an answer that comes after a change is dropped', async () => {
    const lesson = await open('m-step');
    await lesson.button('Reset');
    await lesson.page.evaluate(() => {
      const section = document.getElementById('m-step')!;
      const [expectation] = section.querySelectorAll('button');
      expectation!.click();
      const key = new KeyboardEvent('keydown', { key: 'ArrowUp', bubbles: true });
      section.querySelector('[data-handle="blue mean"]')!.dispatchEvent(key);
    });
    const { points } = sample(CLOUDS, 150, 5);
    const moved: Mixture = {
      weights: [1 / 3, 1 / 3, 1 / 3],
      means: [
        [-2.8, -1.3],
        [-0.4, 1.4],
        [2.9, -1.3],
      ],
      covariances: [round(0.4), round(0.4), round(0.4)],
    };
    // The engine has come to this after the E-step.
    await lesson.reads({ 'log-likelihood': logLikelihood(moved, points) });
    expect(await lesson.place('blue mean')).toEqual(moved.means[0]);
    expect(await lesson.page.$$('#m-step button:disabled')).toHaveLength(1);
  });
}
