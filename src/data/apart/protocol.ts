import type { Failure } from '../../threads.ts';
import type { WalkedFile } from '../file-stream.ts';
import type { HostPoints } from '../points.ts';

/** Where a thread finds a file: a path, or the bytes themselves. */
export type FilePlace = string | Blob;

/** One walk over a file. */
export interface WalkRequest extends WalkedFile {
  /** The same for all walks over a stream, whose columns need to be chosen but once. */
  readonly stream: number;
  readonly place: FilePlace;
  /** Rows of a chunk. */
  readonly rows: number;
  /** Whether chunks lie in shared memory that is used again, see {@link AHEAD}. */
  readonly lent?: boolean | undefined;
  /** Whether chunks that are not lent lie in shared memory. */
  readonly shared?: boolean | undefined;
}

/**
 * Chunks that are read before they are asked for. So the memory of lent chunks is used again when the third one after them is begun, where the host
 * has asked for the second one.
 */
export const AHEAD = 1;

/** Host → thread. `ask`: one chunk more is wanted; the first one is by the walk itself. `stop` breaks a walk off. */
export type ReaderRequest =
  | ({ readonly type: 'walk' } & WalkRequest)
  | { readonly type: 'ask' }
  | { readonly type: 'stop' };

/** Thread → host: once it runs; then of each walk its chunks and, whatever happens, its end. */
export type ReaderResponse =
  | { readonly type: 'started' }
  | { readonly type: 'chunk'; readonly chunk: HostPoints }
  | { readonly type: 'end'; readonly failure?: Failure };
