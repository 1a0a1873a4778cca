import type { Frame } from '../../data/frame.ts';
import type { Failure } from '../../threads.ts';
import type { ShardMethod } from './shard-client.ts';

/** Host → worker. Every `create` and `call` is answered; `free` is not. */
export type Request =
  | {
      readonly type: 'create';
      readonly id: number;
      readonly shard: number;
      readonly start: number;
      readonly nSamples: number;
      readonly frame: Frame;
    }
  | {
      readonly type: 'call';
      readonly id: number;
      readonly shard: number;
      readonly method: ShardMethod;
      readonly args: readonly unknown[];
    }
  | { readonly type: 'free'; readonly shard: number };

/** The answer with this id comes unasked, once the worker runs. */
export const STARTED = -1;

/** Worker → host. */
export type Response =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: Failure };
