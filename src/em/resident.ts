/** Points as they lie in a device's memory, for those who draw them. */
export interface ResidentWindow {
  /** Float32, usage `STORAGE`: read, never write or destroy it. */
  readonly buffer: GPUBuffer;
  /** The number, in the dataset, of the row that is the window's first point. */
  readonly firstRow: number;
  /** How many points the window has; what follows them in the buffer is padding. */
  readonly nRows: number;
}

/**
 * The points of a dataset where they are, without a copy, in tiles of 256. In a window, feature d of row n is float
 * `(n - n % 256) * nFeatures + offset[d] + (n % 256) * stride[d]`; in data units it is `shift[d] + scale[d] * float`. They live as long as the
 * dataset.
 */
export interface ResidentPoints {
  readonly device: GPUDevice;
  /** N */
  readonly nSamples: number;
  /** D */
  readonly nFeatures: number;
  readonly windows: readonly ResidentWindow[];
  /** D: where each feature of a tile's first row lies in the tile, in floats. */
  readonly offset: Uint32Array;
  /** D: how far the numbers of each feature lie apart from row to row, in floats. */
  readonly stride: Uint32Array;
  /** D, data units. */
  readonly shift: Float64Array;
  /** D powers of two. */
  readonly scale: Float64Array;
}
