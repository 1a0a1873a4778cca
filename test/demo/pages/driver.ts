import type { Page } from 'puppeteer';
import type { ViewChoice } from '../../../demo/models/choices.ts';

/** What pages/view.tsx leaves for tests. */
interface Lab {
  readonly choice: { value: ViewChoice };
  readonly errors: readonly string[];
  readonly points: { readonly data: Float64Array };
  readonly resident: { readonly device: GPUDevice };
  readonly handle: { readonly current: { readonly canvas: HTMLCanvasElement; redraw(): Promise<void> } };
  readonly scheme: { value: string };
}
declare global {
  interface Window {
    readonly lab: Lab;
  }
}

/** What the canvas of a view shows. */
export interface Picture {
  /** Pixels that differ from the page. */
  readonly inked: number;
  /** Sum over all pixels of how far they differ from the page, 1 for black on white. */
  readonly ink: number;
  /** Mean colour of the pixels that differ, 0 … 255. */
  readonly mean: readonly number[];
}

/** Has the picture drawn again and counts its pixels. */
export function picture(page: Page): Promise<Picture> {
  return page.evaluate(async () => {
    const { handle } = window.lab;
    await handle.current.redraw();
    const { canvas } = handle.current;
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d')!;
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    let [inked, ink] = [0, 0];
    const sums = [0, 0, 0];
    for (let i = 0; i < data.length; i += 4) {
      const off = [0, 1, 2].reduce((sum, c) => sum + Math.abs(data[i + c]! - data[c]!), 0);
      if (off === 0) continue;
      inked++;
      ink += off / 765;
      for (let c = 0; c < 3; c++) sums[c]! += data[i + c]!;
    }
    return { inked, ink, mean: sums.map((sum) => sum / inked) };
  });
}

/** How an axis maps CSS pixels of the view to values, told by its marks. */
export interface Axis {
  readonly at: (pixel: number) => number;
  readonly pixel: (value: number) => number;
  /** Of what is seen, in values. */
  readonly middle: number;
  readonly width: number;
}

/** Reads an axis from the marks on the page. */
export async function axisOf(page: Page, axis: 'x' | 'y'): Promise<Axis> {
  const { marks, begin, extent } = await page.evaluate((which) => {
    const plot = document.querySelector('clipPath rect')!;
    const groups = [...document.querySelectorAll<SVGGElement>(`[data-axis=${which}]`)];
    return {
      marks: groups.map((g) => {
        const { e, f } = g.transform.baseVal[0]!.matrix;
        return { value: Number(g.dataset.value), pixel: which === 'x' ? e : f };
      }),
      begin: Number(plot.getAttribute(which)),
      extent: Number(plot.getAttribute(which === 'x' ? 'width' : 'height')),
    };
  }, axis);
  const [first, last] = [marks[0]!, marks.at(-1)!];
  const perPixel = (last.value - first.value) / (last.pixel - first.pixel);
  const at = (pixel: number) => first.value + (pixel - first.pixel) * perPixel;
  const pixel = (value: number) => first.pixel + (value - first.value) / perPixel;
  return { at, pixel, middle: at(begin + extent / 2), width: Math.abs(extent * perPixel) };
}

/** Waits until the page has been shown with what was done to it. */
export async function shown(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/** How many pixels the points fall on, by the marks of the axes. In the page, as a million points take long to come here. */
export async function pixelsHit(page: Page): Promise<number> {
  const axes = await Promise.all(
    (['x', 'y'] as const).map(async (name) => {
      const { pixel, middle, width } = await axisOf(page, name);
      return { zero: pixel(0), unit: pixel(1) - pixel(0), low: middle - width / 2, high: middle + width / 2 };
    }),
  );
  return page.evaluate(([x, y]) => {
    const { data } = window.lab.points;
    const hit = new Set<number>();
    for (let i = 0; i < data.length; i += 2) {
      const [u, v] = [data[i]!, data[i + 1]!];
      if (u < x!.low || u > x!.high || v < y!.low || v > y!.high) continue;
      hit.add(Math.floor(y!.zero + v * y!.unit) * 10_000 + Math.floor(x!.zero + u * x!.unit));
    }
    return hit.size;
  }, axes);
}

/** Responsibilities under the mixture of pages/view.tsx. */
export function posterior(x: number, y: number): number[] {
  const density = (weight: number, [mx, my]: [number, number], variance: number, rho: number) => {
    const [a, b] = [(x - mx) / Math.sqrt(variance), (y - my) / Math.sqrt(variance)];
    const square = (a * a - 2 * rho * a * b + b * b) / (1 - rho * rho);
    return (weight * Math.exp(-square / 2)) / (variance * Math.sqrt(1 - rho * rho));
  };
  const all = [density(0.5, [0, 0], 1, 0), density(0.3, [6, 1], 1, 0.8), density(0.2, [2, 5], 0.3, -0.6)];
  const total = all.reduce((sum, one) => sum + one, 0);
  return all.map((one) => one / total);
}
