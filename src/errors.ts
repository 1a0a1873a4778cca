/**
 * Every failure that a user can cause. The codes are stable: programs may switch on them, messages may be reworded.
 *
 * | code | meaning |
 * |---|---|
 * | `invalid-option` | an option has a value outside its range |
 * | `invalid-points` | points with the wrong shape: no rows, a length that is no multiple of `nFeatures`, … |
 * | `non-finite` | NaN or an infinity among the points |
 * | `invalid-weights` | sample weights that are negative, not finite, all zero, or not one per row |
 * | `all-missing` | a row or a column in which every number is missing |
 * | `not-counts` | a Poisson mixture was given numbers that are not counts |
 * | `too-few-points` | fewer points than components |
 * | `too-many-features`, `too-many-components` | beyond what the kernels support |
 * | `unreadable-file`, `empty-file`, `unknown-format`, `truncated-file` | a file that cannot be read |
 * | `missing-column`, `not-a-number` | a column that is not there or holds text |
 * | `invalid-model`, `model-mismatch` | a model file that is none, or does not fit the data |
 * | `singular-covariance` | a covariance that cannot be factorised |
 * | `all-collapsed` | every restart ended with a collapsed component |
 * | `stream-changed`, `stream-ended` | a stream of chunks that changed its columns, or had fewer rows than before |
 * | `no-adapter`, `insufficient-limits`, `device-lost`, `out-of-memory`, `shader-error` | the GPU cannot do it |
 * | `worker-failed` | a CPU worker stopped |
 * | `aborted` | an `AbortSignal` stopped the work |
 * | `destroyed` | something was used after `destroy()` |
 */
export type ErrorCode =
  | 'invalid-option'
  | 'invalid-points'
  | 'non-finite'
  | 'invalid-weights'
  | 'all-missing'
  | 'not-counts'
  | 'too-few-points'
  | 'too-many-features'
  | 'too-many-components'
  | 'unreadable-file'
  | 'empty-file'
  | 'unknown-format'
  | 'truncated-file'
  | 'missing-column'
  | 'not-a-number'
  | 'invalid-model'
  | 'model-mismatch'
  | 'singular-covariance'
  | 'all-collapsed'
  | 'stream-changed'
  | 'stream-ended'
  | 'no-adapter'
  | 'insufficient-limits'
  | 'device-lost'
  | 'out-of-memory'
  | 'shader-error'
  | 'worker-failed'
  | 'aborted'
  | 'destroyed';

/**
 * An error with a stable {@link ErrorCode}. The message is the {@link problem}, what was expected and what came, and the {@link remedy}, what to do
 * about it.
 */
export class EmgpuError extends Error {
  override readonly name = 'EmgpuError';
  readonly code: ErrorCode;
  /** What was expected and what came: the message without the remedy. */
  readonly problem: string;
  /** One sentence: what the caller can do. */
  readonly remedy: string;

  constructor(code: ErrorCode, problem: string, remedy: string, options?: { cause?: unknown }) {
    super(`${problem} ${remedy}`, options);
    this.code = code;
    this.problem = problem;
    this.remedy = remedy;
  }
}

/** Throws `aborted` when `signal` has fired. Long work calls this between submits. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new EmgpuError('aborted', 'The run was aborted.', 'Call it again to start afresh.', { cause: signal.reason });
  }
}
