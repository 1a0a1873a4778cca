import type { Frame } from '../../data/frame.ts';
import { Shard } from './shard.ts';

/** The methods of a shard that can be called from another thread. */
export type ShardMethod =
  | 'renew'
  | 'ingest'
  | 'advance'
  | 'cancel'
  | 'rows'
  | 'weights'
  | 'startSeeding'
  | 'seedingValues'
  | 'endSeeding';

/** A shard as the host sees it: here or on a worker. */
export interface ShardClient {
  /** Buffers in `transfer` belong to the shard's thread afterwards. */
  call<M extends ShardMethod>(
    method: M,
    args: Parameters<Shard[M]>,
    transfer?: ArrayBuffer[],
  ): Promise<ReturnType<Shard[M]>>;
  /** Makes a new shard without points on the same thread. Its first point counts as the first of its dataset. */
  sibling(nSamples: number, frame: Frame): Promise<ShardClient>;
  /** Frees the points. */
  free(): void;
}

/** A shard on the calling thread. After every slice the event loop gets a turn: else timers and drawing would wait for a whole fit. */
export class LocalShard implements ShardClient {
  #shard: Shard | undefined;

  constructor(shard: Shard) {
    this.#shard = shard;
  }

  async call<M extends ShardMethod>(method: M, args: Parameters<Shard[M]>): Promise<ReturnType<Shard[M]>> {
    const shard = this.#shard!;
    const result = callShard(shard, method, args);
    if (method === 'ingest' || method === 'advance') await nextTurn();
    return result;
  }

  async sibling(nSamples: number, frame: Frame): Promise<ShardClient> {
    return new LocalShard(new Shard(0, nSamples, frame));
  }

  free(): void {
    this.#shard = undefined;
  }
}

/** Calls a method by name. */
export function callShard<M extends ShardMethod>(
  shard: Shard,
  method: M,
  args: Parameters<Shard[M]>,
): ReturnType<Shard[M]> {
  const call = shard[method] as (...args: Parameters<Shard[M]>) => ReturnType<Shard[M]>;
  return call.apply(shard, args);
}

/** Resolves in the event loop's next turn. A timer would do, but browsers hold nested timers back by 4 ms. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      // An open port keeps Node alive.
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
