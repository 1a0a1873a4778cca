import { throwIfAborted } from '../../errors.ts';
import { failureOf, type HostPort } from '../../threads.ts';
import { kindOf, type OpenedSource, readBlocks } from '../file-stream.ts';
import type { HostPoints } from '../points.ts';
import { openFile } from '../readers/open.ts';
import type { TableFile } from '../readers/source.ts';
import { type ChunkMemory, Rechunker } from '../rechunk.ts';
import { AHEAD, type FilePlace, type ReaderRequest, type ReaderResponse, type WalkRequest } from './protocol.ts';

/** How the thread's runtime opens files. */
type Open = (place: FilePlace) => Promise<OpenedSource>;

/** The body of a thread that reads files: one walk at a time. */
export function serveReader(port: HostPort, open: Open): void {
  const openTable = rememberingLast(open);
  let turns = new Turns();
  port.listen((data) => {
    const request = data as ReaderRequest;
    if (request.type === 'ask') turns.add(1);
    else if (request.type === 'stop') turns.stop();
    else {
      turns = new Turns();
      turns.add(1 + AHEAD);
      void walk(port, request, { open: () => open(request.place), openTable }, turns);
    }
  });
  send(port, { type: 'started' });
}

/** Opens the table of a stream, unless it is that of the walk before. */
function rememberingLast(open: Open): (request: WalkRequest) => Promise<TableFile> {
  let last: { readonly stream: number; readonly table: TableFile } | undefined;
  return async ({ stream, place, options }) => {
    if (last?.stream !== stream) {
      const { source, close } = await open(place);
      try {
        last = { stream, table: await openFile(source, options) };
      } finally {
        await close();
      }
    }
    return last.table;
  };
}

interface Opening {
  readonly open: () => Promise<OpenedSource>;
  readonly openTable: (request: WalkRequest) => Promise<TableFile>;
}

async function walk(port: HostPort, request: WalkRequest, { open, openTable }: Opening, turns: Turns): Promise<void> {
  try {
    const table = await openTable(request);
    const memory: ChunkMemory = request.lent ? { lent: 2 + AHEAD, shared: true } : { lent: 0, shared: request.shared };
    const chunks = new Rechunker(kindOf(table.columns), request.rows, memory);
    await turns.take();
    for await (const piece of readBlocks(open, table, request, turns.signal, (rows) => chunks.room(rows))) {
      throwIfAborted(turns.signal);
      for (const chunk of chunks.add(piece)) {
        sendChunk(port, chunk);
        // A chunk is begun in the next loop at the earliest.
        await turns.take();
      }
    }
    const rest = chunks.rest();
    if (rest) sendChunk(port, rest);
    send(port, { type: 'end' });
  } catch (error) {
    send(port, { type: 'end', failure: failureOf(error, 'reading thread') });
  }
}

function send(port: HostPort, response: ReaderResponse, transfer: ArrayBuffer[] = []): void {
  port.postMessage(response, transfer);
}

/** Memory that is not shared goes with the chunk. */
function sendChunk(port: HostPort, chunk: HostPoints): void {
  const buffers = [chunk.data.buffer, chunk.sampleWeight?.buffer];
  send(
    port,
    { type: 'chunk', chunk },
    buffers.filter((buffer) => buffer instanceof ArrayBuffer),
  );
}

/** Permissions to begin a chunk, and the order to stop. */
class Turns {
  readonly #stopping = new AbortController();
  #left = 0;
  #wake: (() => void) | undefined;

  /** Fires when the walk is broken off. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  add(count: number): void {
    this.#left += count;
    this.#wake?.();
  }

  stop(): void {
    this.#stopping.abort();
    this.#wake?.();
  }

  /** Waits for a permission, and uses it up. Throws `aborted` once the walk is broken off. */
  async take(): Promise<void> {
    while (this.#left === 0 && !this.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    throwIfAborted(this.signal);
    this.#left--;
  }
}
