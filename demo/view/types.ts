import type { ViewChoice } from '../models/choices.ts';

/** A plane through D dimensions: `u = rows[0] · (x − origin) + offset[0]`, likewise v, in data units. */
export interface Projection {
  /** Two directions, D numbers each. */
  readonly rows: readonly [Float64Array, Float64Array];
  /** Taken away from x before it is projected, so that data far from 0 keep their digits. D numbers. */
  readonly origin: Float64Array;
  readonly offset: readonly [number, number];
  /** What the axes are called. */
  readonly names: readonly [string, string];
}

/** The part of the plane that is seen: its centre and its extent, in the plane's units. */
export type Camera = NonNullable<ViewChoice['camera']>;

/** Where on the canvas the plane is drawn, in pixels of the canvas. */
export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** All that a picture depends on besides the points and their colours. */
export interface Frame {
  readonly projection: Projection;
  readonly camera: Camera;
  readonly plot: Plot;
  /** Of a point, in pixels of the canvas; 0: a point is one pixel. */
  readonly radius: number;
  readonly color: ViewChoice['color'];
  readonly scheme: 'light' | 'dark';
  /** Fainter, for lines that are to be seen on top. */
  readonly dimmed?: boolean;
}

/**
 * Draws all points on a canvas, whose size the caller sets. Two do: one by WebGPU from where the engine keeps the points, and one in
 * JavaScript. Both add up, for every pixel, how many points fall there and their colours, and turn the sums into a tone.
 */
export interface Painter {
  /** N colours, rgba8 with the entropy in alpha, as `colorsBuffer` gives them; undefined: none. Borrowed. */
  setColors(colors: GPUBuffer | Uint32Array | undefined): void;
  /**
   * True once the picture is on the canvas, which may be copied from at once; false where a later call, `destroy()` or the loss of the device
   * came first. Rejects where the device refuses.
   */
  draw(frame: Frame): Promise<boolean>;
  /** Frees what it has made; points and colours stay. */
  destroy(): void;
}
