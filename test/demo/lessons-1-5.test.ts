import { expect, test } from 'vitest';
import { inBrowser } from './browsers.ts';
import { DIGITS, Lesson } from './lesson-reader.ts';
import {
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

for (const browser of ['chromium', 'firefox'] as const) {
  inBrowser(browser, {}, (opened) => {
    test('1: the pick snaps, the share slides', async () => {
      const lesson = await Lesson.open(opened, 'hard-and-soft');
      const [left, right]: [Pair, Pair] = [
        [-1.3, 0],
        [1.3, 0],
      ];
      const told = async (at: Pair) => {
        const share = 1 / (1 + Math.exp((squared(at, left) - squared(at, right)) / (2 * 0.9)));
        const pick = squared(at, left) <= squared(at, right) ? 1 : 0;
        await lesson.reads({ 'share-0': share, 'share-1': 1 - share, 'pick-0': pick, 'pick-1': 1 - pick });
      };
      const start: Pair = [-0.4, 0.6];
      await told(start);
      // 680 pixels of column, of which 640 are 8 units.
      const dragged = await lesson.drag('point to ask about', 56, 40);
      expect(dragged[0]).toBeCloseTo(0.3, 1);
      expect(dragged[1]).toBeCloseTo(0.1, 1);
      await told(dragged);
      const pressed = await lesson.press(
        'point to ask about',
        'ArrowLeft',
        'ArrowLeft',
        'ArrowLeft',
        'ArrowLeft',
        'ArrowUp',
      );
      expect(pressed[0]).toBeCloseTo(dragged[0] - 0.4, 6);
      expect(pressed[1]).toBeCloseTo(dragged[1] + 0.1, 6);
      await told(pressed);
    });

    test('2: density, die and draws follow means and cuts', async () => {
      const lesson = await Lesson.open(opened, 'recipe');
      const truth: Mixture = {
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
      const told = (mixture: Mixture, at: Pair) => lesson.reads({ density: sum(products(mixture, at)) });
      await told(truth, [-0.6, 0.3]);
      const gold = await lesson.drag('gold mean', -60, 30);
      const moved = { ...truth, means: [truth.means[0]!, gold, truth.means[2]!] };
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

    test('3: labels give Gaussians, Gaussians give labels', async () => {
      const lesson = await Lesson.open(opened, 'chicken-and-egg');
      const truth: Mixture = {
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
      const drawn = sample(truth, 27, 3);
      const points = [...drawn.points];
      const labels = [...drawn.labels, 0];
      const groups = () => [0, 1].map((k) => labels.map((label) => (label === k ? 1 : 0)));
      const told = async () => {
        const [blue, gold] = groups().map((counted) => moments(points, counted).mean) as [Pair, Pair];
        await lesson.reads({ 'points-0': labels.filter((k) => k === 0).length });
        await lesson.reads({ 'mean-0-x': blue[0], 'mean-0-y': blue[1], 'mean-1-x': gold[0], 'mean-1-y': gold[1] });
      };
      points.push(await lesson.drag('stray point', 40, 30));
      await told();
      await lesson.click('[data-point="4"]');
      labels[4] = 1 - labels[4]!;
      await told();
      // The one that was clicked has the focus.
      await opened.page.keyboard.press('Enter');
      labels[4] = 1 - labels[4]!;
      await told();

      await lesson.click('input[value="Gaussians"]');
      const found = groups().map((counted) => moments(points, counted));
      const mean = await lesson.drag('gold mean', -60, -20);
      const gaussians: Mixture = {
        weights: groups().map((counted) => sum(counted) / points.length),
        means: [found[0]!.mean, mean],
        // What the engine adds to the diagonal of covariances by default.
        covariances: found.map(
          ({ covariance: [[xx, xy], [, yy]] }): Matrix => [
            [xx + 1e-6, xy],
            [xy, yy + 1e-6],
          ],
        ),
      };
      const shares = points.map((point) => responsibilities(gaussians, point));
      await lesson.reads({ 'points-0': sum(shares.map(([r]) => r!)), 'points-1': sum(shares.map(([, r]) => r!)) });
    });

    test('4: responsibilities of the point, which the nearest mean need not win', async () => {
      const lesson = await Lesson.open(opened, 'responsibilities');
      const mixture: Mixture = {
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
      const told = async (at: Pair) => {
        for (const [k, r] of responsibilities(mixture, at).entries()) {
          const distance = Math.sqrt(squared(at, mixture.means[k]!));
          const product = products(mixture, at)[k]!;
          await lesson.reads({ [`responsibility-${k}`]: r, [`distance-${k}`]: distance, [`product-${k}`]: product });
        }
      };
      await told([0, 0.2]);
      expect(await lesson.text('[data-read="verdict"]')).toBe('Nearest mean: blue. Likeliest: gold.');
      const dragged = await lesson.drag('point to ask about', 50, -20);
      await told(dragged);
      expect(await lesson.text('[data-read="verdict"]')).toBe('Nearest mean: blue. Likeliest: blue.');
      await opened.page.keyboard.down('Shift');
      const pressed = await lesson.press('point to ask about', 'ArrowDown');
      await opened.page.keyboard.up('Shift');
      expect(pressed[1]).toBeCloseTo(dragged[1] - 1, 6);
      await told(pressed);
    });

    test('5: the E-step changes no Gaussian, the M-step all of them', async () => {
      const lesson = await Lesson.open(opened, 'm-step');
      const { points } = sample(
        {
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
        },
        150,
        5,
      );
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
      const shares = points.map((point) => responsibilities(start, point));
      const columns = [0, 1, 2].map((k) => shares.map((row) => row[k]!));
      const found = columns.map((column) => moments(points, column));
      const next: Mixture = {
        weights: columns.map((column) => sum(column) / points.length),
        means: found.map(({ mean }) => mean),
        covariances: found.map(({ covariance }) => covariance),
      };
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
  });
}
