import type { HostPoints, ResidentPoints } from 'emgpu';
import type { RefObject } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { createCpuPainter } from './cpu-painter.ts';
import { createGpuPainter } from './gpu-painter.ts';
import { Pacer } from './pacer.ts';
import type { Frame, Painter } from './types.ts';

/** Pixels of a canvas, at most: their sums must fit a storage binding of 128 MiB with room to spare. */
const MOST_PIXELS = 4_000_000;

/** Points, where they are, and their colours. */
export interface PictureOf {
  readonly points: HostPoints;
  /** On a device; else the points are drawn by JavaScript. */
  readonly resident?: ResidentPoints | undefined;
  readonly colors?: GPUBuffer | Uint32Array | undefined;
  /** Another number: the same buffer holds other colours. */
  readonly colorsVersion: number;
}

interface Drawing extends PictureOf {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  /** Extent of the canvas on the page, CSS pixels. */
  readonly size: { readonly width: number; readonly height: number };
  /** What to draw, in CSS pixels; its identity tells when there is something new. */
  readonly frame: Frame;
  readonly onDrawn: () => void;
  readonly onError: (message: string) => void;
}

/** Pixels of the canvas per CSS pixel. */
function pixelRatio({ width, height }: Drawing['size']): number {
  return Math.min(window.devicePixelRatio, 2, Math.sqrt(MOST_PIXELS / Math.max(1, width * height)));
}

/** Sets the canvas to the size it has on the page; gives the frame in its pixels, or nothing where it is not shown. */
function sized(canvas: HTMLCanvasElement | null, { size, frame }: Drawing): Frame | undefined {
  if (!canvas || size.width < 1 || size.height < 1) return undefined;
  const ratio = pixelRatio(size);
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const [left, top] = [Math.round(frame.plot.left * ratio), Math.round(frame.plot.top * ratio)];
  const right = Math.min(width, Math.round((frame.plot.left + frame.plot.width) * ratio));
  const bottom = Math.min(height, Math.round((frame.plot.top + frame.plot.height) * ratio));
  if (right <= left || bottom <= top) return undefined;
  return { ...frame, plot: { left, top, width: right - left, height: bottom - top }, radius: frame.radius * ratio };
}

function painterFor(canvas: HTMLCanvasElement, { resident, points }: PictureOf): Painter {
  return resident ? createGpuPainter(canvas, resident) : createCpuPainter(canvas, points);
}

/** Keeps the picture on a canvas up to date. Returns a way to ask for it, which resolves when it is there. */
export function usePicture(drawing: Drawing): () => Promise<void> {
  const latest = useRef(drawing);
  latest.current = drawing;
  const pacer = useRef<Pacer | undefined>(undefined);
  const { canvas, points, resident, colors, colorsVersion, frame, size } = drawing;
  // Before the page goes on, as what is borrowed may be gone then.
  useLayoutEffect(() => {
    if (!canvas.current) return;
    const outcome = {
      onDrawn: () => latest.current.onDrawn(),
      onError: (message: string) => latest.current.onError(message),
    };
    const painter = painterFor(canvas.current, { points, resident, colorsVersion: 0 });
    const made = new Pacer(painter, () => sized(canvas.current, latest.current), outcome);
    pacer.current = made;
    return () => {
      pacer.current = undefined;
      made.end();
    };
  }, [canvas, points, resident]);
  useEffect(() => {
    pacer.current?.setColors(colors);
    void pacer.current?.request();
  }, [points, resident, colors, colorsVersion, frame, size.width, size.height]);
  return useCallback(() => pacer.current?.request() ?? Promise.resolve(), []);
}
