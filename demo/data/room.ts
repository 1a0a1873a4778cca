import type { Watch } from './pace.ts';
import { prepare } from './prepare.ts';
import { type FromRoom, type Task, type ToRoom, toFailure } from './protocol.ts';
import { countRows, type SourceTable } from './source-table.ts';
import type { DataChoice, LabTable, Prepared } from './types.ts';

/** The worker's end of the wire. */
export interface RoomPort {
  post(message: FromRoom, transfer: Transferable[]): void;
  listen(onMessage: (message: ToRoom) => void): void;
}

/** Turns a choice into a table. */
export type Loader = (choice: DataChoice, watch: Watch) => Promise<SourceTable>;

/** Messages of progress come no closer to each other than this. */
const PROGRESS_MS = 30;

/** Serves tasks, one after another. The last table is held, and replaced only when another one is complete. */
export function serveRoom(port: RoomPort, load: Loader): void {
  const work = new Workshop(load);
  const controllers = new Map<number, AbortController>();
  let queue = Promise.resolve();

  const answer = async (id: number, task: Task, signal: AbortSignal) => {
    try {
      const value = await work.do(task, { signal, onProgress: progressTo(port, id) });
      port.post({ id, type: 'result', value }, 'points' in value ? buffersOf(value) : []);
    } catch (error) {
      port.post({ id, type: 'failure', failure: toFailure(error) }, []);
    }
    controllers.delete(id);
  };

  port.listen((message) => {
    const { id } = message;
    if (message.task === 'cancel') {
      controllers.get(id)?.abort();
      port.post({ id, type: 'cancelled' }, []);
      return;
    }
    const controller = new AbortController();
    controllers.set(id, controller);
    queue = queue.then(() => answer(id, message, controller.signal));
  });
}

class Workshop {
  readonly #load: Loader;
  #held: { readonly id: number; readonly table: SourceTable } | undefined;

  constructor(load: Loader) {
    this.#load = load;
  }

  async do(task: Task, watch: Watch): Promise<LabTable | Prepared> {
    if (this.#held?.id !== task.table) this.#held = { id: task.table, table: await this.#load(task.choice, watch) };
    const { table } = this.#held;
    if (task.task === 'prepare') return prepare(table, task.preparation, watch);
    const { name, columns, suggested } = table;
    return { name, columns, suggested, nRows: countRows(table) };
  }
}

function progressTo(port: RoomPort, id: number): Watch['onProgress'] {
  let told = Number.NEGATIVE_INFINITY;
  return (stage, fraction) => {
    const now = performance.now();
    if (fraction < 1 && now - told < PROGRESS_MS) return;
    told = now;
    port.post({ id, type: 'progress', stage, fraction }, []);
  };
}

function buffersOf({ points, rowNumbers }: Prepared): Transferable[] {
  return [points.data.buffer, ...(rowNumbers ? [rowNumbers.buffer] : [])] as ArrayBuffer[];
}
