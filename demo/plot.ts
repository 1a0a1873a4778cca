import type { HostPoints, MixtureModel } from '../src/index.ts';

/** Seen on white and on black; after Okabe & Ito. */
const COLORS = ['#2b87c8', '#e08a00', '#14a37a', '#cc5fa0', '#dd6327', '#4fb0e0', '#a89400', '#808890'];
export const colorOf = (k: number) => COLORS[k % COLORS.length]!;

const MOST_DOTS = 20_000;
const SOFT = '#808890';
const [LEFT, RIGHT, TOP, BOTTOM] = [60, 8, 22, 24];

/** Mean and covariance of component k in the plane of the first two features; a single feature makes a flat ellipse. */
function planeOf({ means, covariances, covarianceType: type }: MixtureModel, k: number) {
  const [x = 0, y = 0] = means[k]!;
  const own = type === 'tied' ? (covariances as number[][]) : covariances[k]!;
  if (typeof own === 'number') return { x, y, xx: own, xy: 0, yy: own };
  const at = (i: number, j: number) => (type === 'diag' ? own[i] : (own as number[][])[i]?.[j]) as number | undefined;
  return { x, y, xx: at(0, 0)!, xy: type === 'diag' ? 0 : (at(0, 1) ?? 0), yy: at(1, 1) ?? 0 };
}

/** Returns what draws the first two columns, and a model over them. Labels, where they are known, colour the points. */
export function scatterOf(canvas: HTMLCanvasElement, { data, nFeatures }: HostPoints, names: readonly string[]) {
  const n = data.length / nFeatures;
  const dots = Math.min(n, MOST_DOTS);
  const rows = Array.from({ length: dots }, (_, i) => Math.floor((i * n) / dots));
  const at = (row: number, column: number) => (column < nFeatures ? data[row * nFeatures + column]! : 0);
  // The axes leave out the outermost 0.5 % on each side.
  const [xs, ys] = [0, 1].map((column): [number, number] => {
    const values = Float64Array.from(rows, (row) => at(row, column)).sort();
    const [low, high] = [values[Math.floor(0.005 * dots)]!, values[Math.ceil(0.995 * dots) - 1]!];
    const pad = 0.06 * (high - low) || 1;
    return [low - pad, high + pad];
  }) as [[number, number], [number, number]];
  return (model?: MixtureModel, labels?: Uint32Array) => {
    const { clientWidth: w, clientHeight: h } = canvas;
    [canvas.width, canvas.height] = [w * devicePixelRatio, h * devicePixelRatio];
    // This hint keeps the canvas on the CPU: the GPU has the points to look after.
    const g = canvas.getContext('2d', { willReadFrequently: true })!;
    const { color, fontFamily } = getComputedStyle(canvas);
    g.scale(devicePixelRatio, devicePixelRatio);
    g.font = `12px ${fontFamily}`;
    const toX = (x: number) => LEFT + ((x - xs[0]) / (xs[1] - xs[0])) * (w - LEFT - RIGHT);
    const toY = (y: number) => h - BOTTOM - ((y - ys[0]) / (ys[1] - ys[0])) * (h - TOP - BOTTOM);
    g.fillStyle = g.strokeStyle = SOFT;
    for (const share of [0.1, 0.5, 0.9]) {
      const [x, y] = [xs, ys].map(([low, high]) => Number((low + share * (high - low)).toPrecision(3))) as [
        number,
        number,
      ];
      g.textAlign = 'center';
      g.fillText(`${x}`, toX(x), h - 8);
      g.textAlign = 'right';
      if (nFeatures > 1) g.fillText(`${y}`, LEFT - 6, toY(y) + 4);
    }
    g.textAlign = 'left';
    g.fillText(names[1] ? `↑ ${names[1]}, ${names[0]} →` : `${names[0]} →`, LEFT, TOP - 8);
    g.strokeRect(LEFT, TOP, w - LEFT - RIGHT, h - TOP - BOTTOM);
    g.beginPath();
    g.rect(LEFT, TOP, w - LEFT - RIGHT, h - TOP - BOTTOM);
    g.clip();
    const size = dots > 2000 ? 2 : 4;
    g.globalAlpha = 0.5;
    for (const row of rows) {
      if (labels) g.fillStyle = colorOf(labels[row]!);
      g.fillRect(toX(at(row, 0)) - size / 2, toY(at(row, 1)) - size / 2, size, size);
    }
    g.globalAlpha = 1;
    g.lineWidth = 2;
    for (let k = 0; model && k < model.nComponents; k++) {
      const { x, y, xx, xy, yy } = planeOf(model, k);
      // The unit circle times the lower Cholesky factor of the covariance.
      const a = Math.sqrt(xx);
      const b = xy / a;
      const c = Math.sqrt(Math.max(0, yy - b * b));
      g.strokeStyle = color;
      for (const sigmas of [1, 2]) {
        g.beginPath();
        for (let t = 0; t < 6.3; t += 0.05) {
          g.lineTo(toX(x + sigmas * a * Math.cos(t)), toY(y + sigmas * (b * Math.cos(t) + c * Math.sin(t))));
        }
        g.stroke();
      }
    }
  };
}
