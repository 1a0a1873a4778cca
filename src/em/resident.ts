/** Points as they lie in a device's memory, for those who draw them. */
export interface ResidentWindow {
  /** Float32, usage `STORAGE`: read, never write or destroy it. */
  readonly buffer: GPUBuffer;
  /** Row of the dataset that is its first point, and how many there are; what follows them is padding. */
  readonly firstRow: number;
  readonly nRows: number;
}

/**
 * The points of a dataset where they are, without a copy. In a window, feature d of row n is float
 * `((n / 256) * nBlocks + d / blockWidth) * 256 * blockWidth + (n % 256) * blockWidth + d % blockWidth`, divisions of whole numbers;
 * in data units it is `shift[d] + scale[d] * float`. Theirs is the lifetime of the dataset.
 */
export interface ResidentPoints {
  readonly device: GPUDevice;
  /** N */
  readonly nSamples: number;
  /** D */
  readonly nFeatures: number;
  readonly windows: readonly ResidentWindow[];
  /** 2 for D ≤ 2, else 4. */
  readonly blockWidth: number;
  /** ⌈D / blockWidth⌉ */
  readonly nBlocks: number;
  /** D, data units. */
  readonly shift: Float64Array;
  /** D powers of two. */
  readonly scale: Float64Array;
}
