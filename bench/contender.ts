import type { Kind, Problem } from './problem.ts';

/** What a model looks like after some iterations, in data units, flat and row-major. k-means has centres only. */
export interface Outcome {
  /** K; absent for k-means. */
  readonly weights?: ArrayLike<number>;
  /** K × D. */
  readonly means: ArrayLike<number>;
  /** full K × D × D, tied D × D, diag K × D, spherical K; absent for k-means. */
  readonly covariances?: ArrayLike<number>;
}

/** What the names of emgpu's own begin with. */
export const OURS = 'emgpu';

/** One way of doing EM iterations on a problem: ours on one of its backends, or a rival's. Starts where `problem` says. */
export interface Contender {
  /** For example `emgpu webgpu`, `tfjs webgpu`, `scikit-learn float32`. */
  readonly name: string;
  /** Package and version, for example `@tensorflow/tfjs 4.22.0`. */
  readonly version: string;
  /** What it runs on: adapter and driver, or processor and threads. */
  readonly adapter: string;
  readonly precision: 'float32' | 'float64';
  /** Does `count` more iterations; resolves with the wall time of one in ms, once the last one's results are complete. */
  iterate(count: number): Promise<number>;
  /** Done so far, where `iterate` may do more than it is asked for. */
  iterations?(): number;
  /** Whether some of them went by without the host, of those that may. */
  stretched?(): boolean;
  /** The model after all iterations so far: what the check compares with the CPU reference. */
  outcome(): Promise<Outcome>;
  /** Largest amount of device memory held so far, in bytes, where it can be told. */
  deviceBytes(): number | undefined;
  end(): Promise<void>;
}

/** A library that may be able to do what we do. */
export interface Peer {
  readonly name: string;
  /** The models it has or that its users would write with it. */
  readonly kinds: readonly Kind[];
  /** Throws {@link PeerUnavailable} where it will not run here, or not for this problem. */
  start(kind: Kind, problem: Problem): Promise<Contender>;
  /** Ends what all its contenders shared: a process, a device. */
  end(): Promise<void>;
}

/** Why a peer does not run, in a sentence that the report prints. */
export class PeerUnavailable extends Error {
  override name = 'PeerUnavailable';
}
