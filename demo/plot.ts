import type { HostPoints, MixtureModel } from '../src/index.ts';

const MOST_DOTS = 20_000;
const MARGIN = { left: 56, right: 8, top: 8, bottom: 34 };

/** Mean, variances and covariance of component k in the plane of the first two features; of one feature alone: a flat line. */
export function planeOf({ means, covariances, covarianceType: type }: MixtureModel, k: number) {
  const [x, y = 0] = means[k]!;
  // biome-ignore lint/suspicious/noExplicitAny: the type tells how deep the arrays are nested
  const c = (type === 'tied' ? covariances : covariances[k]) as any;
  if (type === 'spherical') return { x: x!, y, xx: c, xy: 0, yy: c };
  if (type === 'diag') return { x: x!, y, xx: c[0], xy: 0, yy: c[1] ?? 0 };
  return { x: x!, y, xx: c[0][0], xy: c[0][1] ?? 0, yy: c[1]?.[1] ?? 0 };
}

/** A scatter of the first two columns on a canvas. Construct it once per set of points, draw as often as you like. */
export class Plot {
  readonly rows: number[];
  readonly #x: [number, number];
  readonly #y: [number, number];

  constructor(readonly canvas: HTMLCanvasElement, readonly points: HostPoints, readonly names: readonly string[]) {
    const n = points.data.length / points.nFeatures;
    const m = Math.min(n, MOST_DOTS);
    this.rows = Array.from({ length: m }, (_, i) => Math.floor((i * n) / m));
    this.#x = this.#range(0);
    this.#y = points.nFeatures > 1 ? this.#range(1) : [-1, 1];
  }

  #at(row: number, column: number): number {
    return column < this.points.nFeatures ? this.points.data[row * this.points.nFeatures + column]! : 0;
  }

  /** What all but the outermost 0.5 % on each side span, and a little more. */
  #range(column: number): [number, number] {
    const values = Float64Array.from(this.rows, (row) => this.#at(row, column)).sort();
    const [low, high] = [values[Math.floor(0.005 * values.length)]!, values[Math.ceil(0.995 * values.length) - 1]!];
    const pad = 0.06 * (high - low) || 1;
    return [low - pad, high + pad];
  }

  /** `labels`: one per row of the points, where they are known. */
  draw(model: MixtureModel | undefined, labels?: Uint32Array): void {
    const style = getComputedStyle(this.canvas);
    const [ink, soft, page, line] = ['--ink', '--soft', '--page', '--line'].map((name) => style.getPropertyValue(name));
    const colors = style.getPropertyValue('--colors').trim().split(/\s+/);
    const { clientWidth: w, clientHeight: h } = this.canvas;
    this.canvas.width = w * devicePixelRatio;
    this.canvas.height = h * devicePixelRatio;
    const g = this.canvas.getContext('2d')!;
    g.scale(devicePixelRatio, devicePixelRatio);
    g.font = `12px ${style.fontFamily}`;
    const { left, right, top, bottom } = MARGIN;
    const toX = (x: number) => left + ((x - this.#x[0]) / (this.#x[1] - this.#x[0])) * (w - left - right);
    const toY = (y: number) => h - bottom - ((y - this.#y[0]) / (this.#y[1] - this.#y[0])) * (h - top - bottom);
    this.#axes(g, w, h, toX, toY, soft!, line!);
    g.save();
    g.beginPath();
    g.rect(left, top, w - left - right, h - top - bottom);
    g.clip();
    const r = this.rows.length > 2000 ? 1 : 2;
    g.globalAlpha = 0.5;
    for (const row of this.rows) {
      g.fillStyle = labels ? colors[labels[row]! % colors.length]! : soft!;
      g.fillRect(toX(this.#at(row, 0)) - r, toY(this.#at(row, 1)) - r, 2 * r, 2 * r);
    }
    g.globalAlpha = 1;
    for (let k = 0; model && k < model.nComponents; k++) {
      const { x, y, xx, xy, yy } = planeOf(model, k);
      // The ellipse is the unit circle times the lower Cholesky factor of the covariance.
      const [a, b] = [Math.sqrt(xx), xx > 0 ? xy / Math.sqrt(xx) : 0];
      const c = Math.sqrt(Math.max(0, yy - b * b));
      for (const sigmas of [1, 2]) {
        g.beginPath();
        for (let i = 0; i <= 72; i++) {
          const [u, v] = [sigmas * Math.cos((i * Math.PI) / 36), sigmas * Math.sin((i * Math.PI) / 36)];
          g.lineTo(toX(x + a * u), toY(y + b * u + c * v));
        }
        for (const [width, color] of [[4, page!], [2, labels ? colors[k % colors.length]! : ink!]] as const) {
          g.lineWidth = width;
          g.strokeStyle = color;
          g.stroke();
        }
      }
    }
    g.restore();
  }
}
