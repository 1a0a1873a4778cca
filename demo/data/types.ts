import type { HostPoints } from 'emgpu';

export type SampleId = 'faithful' | 'iris' | 'flights';

export type GeneratedId = 'round' | 'elongated' | 'overlapping' | 'unequal' | 'rings' | 'far-apart';

/** Where points come from. */
export type DataChoice =
  | { readonly kind: 'sample'; readonly id: SampleId }
  | { readonly kind: 'generated'; readonly id: GeneratedId; readonly n: number; readonly seed: number }
  | { readonly kind: 'file'; readonly file: File };

/** What a source turned out to hold. The numbers stay in the worker until {@link Prepared} asks for some of them. */
export interface LabTable {
  /** Of the file or the sample, for people. */
  readonly name: string;
  /** All columns of numbers. */
  readonly columns: readonly string[];
  /** Those that a first look should take. */
  readonly suggested: readonly string[];
  readonly nRows: number;
}

/** What is done to the columns on the way to the engine. */
export interface Preparation {
  readonly columns: readonly string[];
  /** Each column minus its mean, divided by its standard deviation. */
  readonly standardize: boolean;
  /** Those columns of which the decimal logarithm is taken first. */
  readonly log: readonly string[];
}

/** Points as the engine takes them. */
export interface Prepared {
  /** `featureNames` tell what was done: `delay`, `log10(delay)`, `z(delay)`, `z(log10(delay))`. */
  readonly points: HostPoints;
  /** Rows left out because a chosen cell is empty (or not positive, under the logarithm). */
  readonly nDropped: number;
  /** Number of the row in the source, counted from 0, for each point; absent where none was left out. */
  readonly rowNumbers?: Uint32Array;
}

/** `fraction` of the stage that is named: `read`, `generate`, `prepare`. */
export type OnProgress = (stage: string, fraction: number) => void;
