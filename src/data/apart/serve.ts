import { throwIfAborted } from '../../errors.ts';
import { failureOf, type HostPort } from '../../threads.ts';
import { kindOf, type OpenedSource, readBlocks } from '../file-stream.ts';
import type { HostPoints } from '../points.ts';
import { openFile } from '../readers/open.ts';
import type { TableFile } from '../readers/source.ts';
import { type ChunkKind, Rechunker } from '../rechunk.ts';
import { AHEAD, type FilePlace, type ReaderRequest, type ReaderResponse, type WalkRequest } from './protocol.ts';

/** How the thread's runtime opens files. */
type Open = (place: FilePlace) => Promise<OpenedSource>;

/** The body of a thread that reads files: one walk at a time. */
export function serveReader(port: HostPort, open: Open): void {
  const kept = new Kept(open);
  let turns = new Turns();
  port.listen((data) => {
    const request = data as ReaderRequest;
    if (request.type === 'ask') turns.add(1);
    else if (request.type === 'stop') turns.stop();
    else {
      turns = new Turns();
      turns.add(1 + AHEAD);
      void walk(port, request, () => open(request.place), kept, turns);
    }
  });
  send(port, { type: 'started' });
}

async function walk(
  port: HostPort,
  request: WalkRequest,
  open: () => Promise<OpenedSource>,
  kept: Kept,
  turns: Turns,
): Promise<void> {
  try {
    const { table, chunks } = await kept.prepare(request);
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

/**
 * What there is from the walk before over the same stream: its table, and the memory of its lent chunks. Fresh memory for each walk would be
 * collected late: V8 does not count what is shared (40 walks took 4 GB).
 */
class Kept {
  readonly #open: Open;
  #stream: number | undefined;
  #table: TableFile | undefined;
  #lent: { readonly rows: number; readonly chunks: Rechunker } | undefined;

  constructor(open: Open) {
    this.#open = open;
  }

  async prepare(request: WalkRequest): Promise<{ table: TableFile; chunks: Rechunker }> {
    if (request.stream !== this.#stream) {
      this.#lent = undefined;
      this.#table = await this.#openTable(request);
      this.#stream = request.stream;
    }
    const table = this.#table!;
    return { table, chunks: this.#chunks(request, kindOf(table.columns)) };
  }

  async #openTable({ place, options }: WalkRequest): Promise<TableFile> {
    const { source, close } = await this.#open(place);
    try {
      return await openFile(source, options);
    } finally {
      await close();
    }
  }

  #chunks({ rows, lent, shared }: WalkRequest, kind: ChunkKind): Rechunker {
    if (!lent) return new Rechunker(kind, rows, { lent: 0, shared });
    if (this.#lent?.rows !== rows) {
      this.#lent = { rows, chunks: new Rechunker(kind, rows, { lent: 2 + AHEAD, shared: true }) };
    }
    this.#lent.chunks.restart();
    return this.#lent.chunks;
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
