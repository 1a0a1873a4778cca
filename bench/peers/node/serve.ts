import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Outcome } from '../../contender.ts';
import type { Kind } from '../../problem.ts';

/** A problem, as it comes from `remote-peer.ts`. */
export interface Task {
  readonly kind: Kind;
  /** N × D, row-major. */
  readonly data: Float32Array<ArrayBuffer>;
  readonly nSamples: number;
  readonly nFeatures: number;
  /** K × D. */
  readonly centers: number[][];
}

/** A contender's inner side. */
export interface Runner {
  readonly version: string;
  readonly adapter: string;
  readonly precision: 'float32' | 'float64';
  /** Does `count` iterations; resolves with the ms of one. */
  iterate(count: number): Promise<number>;
  outcome(): Promise<Outcome>;
}

interface Request {
  readonly do: 'start' | 'iterate' | 'outcome';
  readonly count: number;
  readonly task: Omit<Task, 'data'> & { readonly points: string };
}

export interface Service {
  start(task: Task): Promise<Runner>;
  /** Largest amount of device memory so far. */
  bytes?(): number;
  /** Throws what went wrong behind the library's back since the last call. */
  check?(): void;
}

/** Answers requests on standard input until it closes. Serves one contender, so that it needs no numbers. */
export async function serve({ start, bytes, check }: Service): Promise<void> {
  console.log = console.info = console.warn = console.error; // standard output is for answers
  let runner: Runner | undefined;
  const answer = async (request: Request): Promise<unknown> => {
    if (request.do === 'iterate') return runner!.iterate(request.count);
    if (request.do === 'outcome') return flat(await runner!.outcome());
    const { points, ...task } = request.task;
    const { buffer } = new Uint8Array(readFileSync(points));
    runner = await start({ ...task, data: new Float32Array(buffer) });
    return { version: runner.version, adapter: runner.adapter, precision: runner.precision };
  };
  for await (const line of createInterface({ input: process.stdin })) {
    let reply: object;
    try {
      const value = await answer(JSON.parse(line));
      check?.();
      reply = { value, bytes: bytes?.() ?? null };
    } catch (error) {
      reply = { error: sentence(error) };
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
  process.exit(); // a device would keep the process
}

/** Typed arrays would turn into objects in JSON. */
function flat(outcome: Outcome): object {
  return Object.fromEntries(Object.entries(outcome).map(([key, values]) => [key, Array.from(values)]));
}

function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replace(/\s+/g, ' ').slice(0, 400);
}
