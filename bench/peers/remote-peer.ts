import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Contender, type Outcome, type Peer, PeerUnavailable } from '../contender.ts';
import type { Kind, Problem } from '../problem.ts';
import { type Command, WorkerProcess } from './worker-process.ts';

/** Milliseconds. A start includes loading, uploading, compiling and one iteration that is thrown away. */
const START_LIMIT = 180_000;
const ITERATION_LIMIT = 120_000;
const OTHER_LIMIT = 60_000;

/** Answered by workers to `start`. */
interface Started {
  readonly version: string;
  readonly adapter: string;
  readonly precision: 'float32' | 'float64';
}

export interface RemotePeer {
  readonly name: string;
  readonly kinds: readonly Kind[];
  /** One process for all contenders, where starting one takes long; else each has its own, which takes its memory along. */
  readonly shared: boolean;
  /** Called before a process starts; may install what it needs. */
  command(): Promise<Command>;
}

/** A peer whose contenders live in other processes. See `node/serve.ts` and `python/serve.py` for their side. */
export function remotePeer({ name, kinds, shared, command }: RemotePeer): Peer {
  const workers = new Set<WorkerProcess>();
  let count = 0;
  const open = async () => {
    for (const worker of workers) if (worker.ended) workers.delete(worker);
    const [common] = workers;
    if (shared && common) return common;
    const worker = new WorkerProcess(await command());
    workers.add(worker);
    return worker;
  };
  return {
    name,
    kinds,
    async start(kind, problem) {
      if (!kinds.includes(kind)) throw new PeerUnavailable(`It has no ${kind} models.`);
      const worker = await open();
      const contender = count++;
      try {
        const { value, bytes } = await sendProblem(worker, contender, kind, problem);
        return remoteContender(worker, { ...value, name, contender, bytes, shared });
      } catch (error) {
        if (!shared) worker.stop();
        throw error;
      }
    },
    async end() {
      for (const worker of workers) worker.stop();
    },
  };
}

async function sendProblem(worker: WorkerProcess, contender: number, kind: Kind, problem: Problem) {
  const { data, nFeatures, centers } = problem;
  const folder = mkdtempSync(join(tmpdir(), 'emgpu-bench-'));
  const points = join(folder, 'points.f32');
  try {
    writeFileSync(points, data);
    const task = { kind, points, nSamples: data.length / nFeatures, nFeatures, centers };
    return await worker.ask<Started>({ do: 'start', contender, task }, START_LIMIT);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Remote extends Started {
  readonly name: string;
  readonly contender: number;
  readonly shared: boolean;
  readonly bytes: number | null;
}

function remoteContender(worker: WorkerProcess, remote: Remote): Contender {
  const { name, version, adapter, precision, contender, shared } = remote;
  let peak = remote.bytes;
  const ask = async <T>(request: object, limit: number) => {
    const { value, bytes } = await worker.ask<T>({ ...request, contender }, limit);
    peak = bytes;
    return value;
  };
  return {
    ...{ name, version, adapter, precision },
    iterate: (count) => ask<number>({ do: 'iterate', count }, ITERATION_LIMIT * count),
    outcome: () => ask<Outcome>({ do: 'outcome' }, OTHER_LIMIT),
    deviceBytes: () => peak ?? undefined,
    end: async () => {
      if (!shared) worker.stop();
      else if (!worker.ended) await ask({ do: 'end' }, OTHER_LIMIT);
    },
  };
}
