import { failureOf, type HostPort } from '../../threads.ts';
import { Shard } from './shard.ts';
import { callShard } from './shard-client.ts';
import { type Request, type Response, STARTED } from './worker-protocol.ts';

/** The body of a worker: keeps shards, answers calls to them. */
export function serveShard(port: HostPort): void {
  const shards = new Map<number, Shard>();
  port.listen((data) => {
    const request = data as Request;
    if (request.type === 'free') {
      shards.delete(request.shard);
      return;
    }
    const response = answer(shards, request);
    port.postMessage(response, 'value' in response ? buffersOf(response.value) : []);
  });
  const started: Response = { id: STARTED, value: undefined };
  port.postMessage(started, []);
}

function answer(shards: Map<number, Shard>, request: Exclude<Request, { type: 'free' }>): Response {
  const { id, shard } = request;
  try {
    if (request.type === 'create') {
      shards.set(shard, new Shard(request.start, request.nSamples, request.frame));
      return { id, value: undefined };
    }
    const value = callShard(shards.get(shard)!, request.method, request.args as never);
    return { id, value };
  } catch (error) {
    return { id, failure: failureOf(error, 'CPU worker') };
  }
}

/** The buffers of a result, at most three levels deep. They belong to the result alone, so they can be transferred. */
function buffersOf(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(buffersOf) : [];
}
