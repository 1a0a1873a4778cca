/** Points as they lie in a device's memory, for those who draw them. */
export interface ResidentWindow {
  /** Float32, usage `STORAGE`: read, never write or destroy it. */
  readonly buffer: GPUBuffer;
  /** Row of the dataset that is its first point, and how many there are; what follows them is padding. */
  readonly firstRow: number;
  readonly nRows: number;
}

/**
 * The points of a dataset where they are, without a copy, in tiles of 256. In a window, feature d of row n is float
 * `(n - n % 256) * nFeatures + offset[d] + (n % 256) * stride[d]`; in data units it is `shift[d] + scale[d] * float`. Theirs is the lifetime
 * of the dataset.
 */
export interface ResidentPoints {
  readonly device: GPUDevice;
  /** N */
  readonly nSamples: number;
  /** D */
  readonly nFeatures: number;
  readonly windows: readonly ResidentWindow[];
  /** D: of each feature, where that of a tile's first row lies in the tile. */
  readonly offset: Uint32Array;
  /** D: of each feature, how far those of neighbouring rows lie apart. */
  readonly stride: Uint32Array;
  /** D, data units. */
  readonly shift: Float64Array;
  /** D powers of two. */
  readonly scale: Float64Array;
}
