/** The WebGPU implementations that every GPU case runs on. */
export const LANES = ['node-lavapipe', 'node-swiftshader', 'chromium', 'firefox', 'deno'] as const;

export type LaneName = (typeof LANES)[number];

/**
 * Lanes with the same implementation of WebGPU, compiler included, on the same driver: Dawn on SwiftShader, wgpu on lavapipe. Firefox is there
 * twice and has twice the share of Deno, whose every readback takes 10 ms.
 */
export const ALIKE: readonly (readonly LaneName[])[] = [
  ['node-swiftshader', 'chromium'],
  ['deno', 'firefox', 'firefox'],
];

/** What a case gets. Everything that it makes on a GPU it must destroy, or the harness fails it. */
export interface LaneContext {
  /** Made with default limits, shared with the cases before and after; never destroy it. */
  readonly device: GPUDevice;
  /** A case may call `requestDevice` on it once, and then destroys that device itself. */
  readonly adapter: GPUAdapter;
  readonly lane: LaneName;
  /** A 32-bit unsigned integer, fresh on every run, the same on all lanes. `EMGPU_SEED` repeats an old one. */
  readonly seed: number;
  /** Shows a line in the test output, whether the case passes or not. */
  log(line: string): void;
}

/** One GPU test body. It runs in browsers as well as in Node and Deno, and throws when something is wrong. */
export interface LaneCase {
  /** Unique; `<subject>: <what holds>` reads well in the list. */
  readonly name: string;
  /** Default: all of them. */
  readonly lanes?: readonly LaneName[];
  /** One of many alike. Of two lanes that compile and compute alike, one runs it, which is drawn by the seed. */
  readonly alternates?: boolean;
  run(context: LaneContext): Promise<void>;
}

/** Which list of cases a lane process runs: the real ones, or those that must fail to prove that the harness notices. */
export type Suite = 'cases' | 'selftest';

/** What a lane process is told, as JSON in its first argument. */
export interface LaneRequest {
  readonly lane: LaneName;
  readonly suite: Suite;
  readonly seed: number;
  /** Names of the cases to run, in order. */
  readonly names: readonly string[];
}

/** The adapter that a lane got, first line of a run. */
export interface AdapterReport {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly features: readonly string[];
  /** Bytes. */
  readonly maxStorageBufferBindingSize: number;
}

/** One line of a lane's output. */
export type LaneMessage =
  | { readonly type: 'adapter'; readonly adapter: AdapterReport }
  | { readonly type: 'start'; readonly name: string }
  | { readonly type: 'log'; readonly name: string; readonly line: string }
  | CaseResult
  | { readonly type: 'summary'; readonly passed: number; readonly failed: number }
  /** The lane cannot go on. */
  | { readonly type: 'fatal'; readonly error: string }
  /** A process group of its own, to be ended with the lane. */
  | { readonly type: 'browser'; readonly pid: number };

export interface CaseResult {
  readonly type: 'result';
  readonly name: string;
  readonly ok: boolean;
  /** Milliseconds, the harness's own checks included. */
  readonly ms: number;
  readonly error?: string;
}

/** Starts each line that is meant for the test runner; anything else on stdout is noise from a browser or driver. */
export const MESSAGE_PREFIX = '@lane ';
