import { Budget } from './budget.ts';
import { type Bench, measureCase } from './measure.ts';
import { cpuPlace, openGpu, type Place, type Surroundings } from './place.ts';
import type { Kind } from './problem.ts';
import { Reference } from './reference.ts';
import { measureRoof } from './roofline/roof.ts';
import type { FirstRow, PeerRow, Report, Row, Skipped, StreamRow, UploadRow } from './row.ts';
import { casesOf, labelOf, type Suite } from './suites.ts';

export interface SessionOptions {
  /** Without it: WebGPU if there is any adapter, else the CPU backend. */
  readonly backend?: 'webgpu' | 'cpu' | undefined;
  /** Time for everything; what does not fit is left out. */
  readonly seconds: number;
  /** How this was asked for. */
  readonly command: string;
}

/** Told while it runs. */
export interface Listener {
  /** Before the first row. */
  begin(head: Head): void;
  /** What is being done. */
  doing(what: string): void;
  row(row: Row): void;
  peer(row: PeerRow): void;
  stream(row: StreamRow): void;
  first(row: FirstRow): void;
  upload(row: UploadRow): void;
}

/** What is known before the first row. */
export type Head = Omit<Report, 'rows' | 'skipped' | 'peers' | 'streams' | 'start' | 'seconds'>;

/** Where and with what a run works; handed on to the comparison with peers. */
export interface Session {
  readonly bench: Bench;
  readonly cpu: Place;
  readonly budget: Budget;
  readonly head: Head;
  end(): void;
}

/** Opens the adapter and measures its roofs. Rejects where WebGPU is asked for and not there. */
export async function openSession(
  surroundings: Surroundings,
  { backend, seconds, command }: SessionOptions,
  { begin, doing }: Pick<Listener, 'begin' | 'doing'>,
): Promise<Session> {
  const budget = new Budget(seconds);
  const cpu = cpuPlace(surroundings);
  const gpu = backend === 'cpu' ? undefined : await openGpu(surroundings);
  if (backend === 'webgpu' && !gpu) throw new Error('There is no WebGPU adapter here; --backend cpu needs none.');
  const place = gpu ?? cpu;
  if (gpu) doing('measuring the roofs');
  const roof = gpu && (await measureRoof({ device: gpu.device!.device, workDone: surroundings.emgpu.workDone }));
  const head: Head = {
    ...{ format: 'emgpu-bench', version: 1, command, date: new Date().toISOString() },
    ...(surroundings.commit && { commit: surroundings.commit }),
    ...{ emgpu: surroundings.version, runtime: surroundings.runtime, processor: surroundings.processor },
    ...{ backend: place.backend, adapter: place.adapter, missing: missingColumns(place) },
    ...(roof && { roof }),
  };
  begin(head);
  const bench = { place, reference: new Reference(cpu), roof };
  return { bench, cpu, budget, head, end: () => place.device?.device.destroy() };
}

/** Columns that no row has here, and why. */
function missingColumns({ backend, device }: Place): Record<string, string> {
  if (backend === 'cpu') {
    return {
      'GPU time': 'computed on the CPU',
      'shares of the roofs': 'they are measured in WGSL, and this was computed on the CPU in float64',
      'device memory': 'computed on the CPU',
      check: 'the CPU backend is the reference',
    };
  }
  return device!.clock ? {} : { 'GPU time': 'the adapter has no timestamp-query' };
}

/** Rows so far, and cases that were left out. */
export interface Found {
  readonly rows: Row[];
  readonly skipped: Skipped[];
}

/** Measures the rows of a suite, those worth most first, until the time is up. Adds them to `found`. */
export async function measureRows(
  { bench, budget }: Session,
  { suite, kinds }: { readonly suite: Suite; readonly kinds: readonly Kind[] },
  { doing, row }: Pick<Listener, 'doing' | 'row'>,
  found: Found,
): Promise<void> {
  const cases = casesOf(suite, kinds);
  for (const [i, one] of cases.entries()) {
    const label = `${suite}: ${labelOf(one)}`;
    const sort = one.latency ? 'fits' : one.kind;
    const reason = budget.refusal(sort);
    if (reason) {
      found.skipped.push({ label, reason });
      continue;
    }
    doing(`${i + 1} of ${cases.length}, ${budget.elapsed.toFixed(0)} s, ${label}`);
    const measured = await budget.spend(sort, () => measureCase(bench, one));
    found.rows.push(measured);
    row(measured);
  }
}
