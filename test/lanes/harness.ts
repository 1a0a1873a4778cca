import { DeviceWatch, describeGpuError, describeLeak } from './device-watch.ts';
import type { AdapterReport, CaseResult, LaneCase, LaneMessage, LaneName } from './types.ts';

const FILTERS = ['validation', 'out-of-memory', 'internal'] as const;

export interface HarnessOptions {
  readonly gpu: GPU;
  readonly lane: LaneName;
  readonly seed: number;
  readonly cases: readonly LaneCase[];
  emit(message: LaneMessage): void;
}

/**
 * Runs cases one after another on one device and emits what happened. A case fails when it throws, and also when it
 * leaves an error that nobody looked at, an open error scope, a lost device, or anything on a GPU not destroyed.
 * After a failure the next case gets a fresh device.
 */
export async function runLane({ gpu, lane, seed, cases, emit }: HarnessOptions): Promise<void> {
  emit({ type: 'adapter', adapter: reportAdapter(await takeAdapter(gpu)) });
  let watch: DeviceWatch | undefined;
  // Held as long as its device: Deno 2.9 panics when `device.adapterInfo` is read after the adapter was collected.
  let origin: GPUAdapter | undefined;
  const counts = { passed: 0, failed: 0 };
  for (const laneCase of cases) {
    emit({ type: 'start', name: laneCase.name });
    const start = performance.now();
    let problems: string[];
    try {
      if (!watch) {
        origin = await takeAdapter(gpu);
        watch = new DeviceWatch(await origin.requestDevice({ label: `shared device of ${lane}` }));
      }
      problems = await runCase(watch, await takeAdapter(gpu), laneCase, lane, seed, emit);
    } catch (error) {
      problems = [`the harness could not run the case: ${describeError(error)}`];
    }
    if (problems.length > 0) {
      watch?.device.destroy();
      watch = undefined;
    }
    const ok = problems.length === 0;
    counts[ok ? 'passed' : 'failed']++;
    const result: CaseResult = { type: 'result', name: laneCase.name, ok, ms: Math.round(performance.now() - start) };
    emit(ok ? result : { ...result, error: problems.join('\n') });
  }
  watch?.device.destroy();
  origin = undefined;
  emit({ type: 'summary', ...counts });
}

/** A fresh adapter: each gives one device only. */
async function takeAdapter(gpu: GPU): Promise<GPUAdapter> {
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('navigator.gpu.requestAdapter() gave no adapter.');
  return adapter;
}

function reportAdapter({ info, features, limits }: GPUAdapter): AdapterReport {
  return {
    vendor: info.vendor,
    architecture: info.architecture,
    device: info.device,
    description: info.description,
    features: [...features].sort(),
    maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
  };
}

async function runCase(
  watch: DeviceWatch,
  adapter: GPUAdapter,
  laneCase: LaneCase,
  lane: LaneName,
  seed: number,
  emit: (message: LaneMessage) => void,
): Promise<string[]> {
  const { device } = watch;
  const own = watchOwnDevices(adapter);
  const log = (line: string) => emit({ type: 'log', name: laneCase.name, line });
  const problems: string[] = [];
  for (const filter of FILTERS) device.pushErrorScope(filter);
  const scopes = watch.openScopes;
  try {
    await laneCase.run({ device, adapter, lane, seed, log });
  } catch (error) {
    problems.push(describeError(error));
  }
  problems.push(...(await settle(watch, scopes)));
  problems.push(...watch.sweep(), ...closeOwnDevices(own));
  return problems;
}

/** Waits for the queue, then collects the errors that the case left on the shared device. */
async function settle(watch: DeviceWatch, scopes: number): Promise<string[]> {
  const { device } = watch;
  const problems: string[] = [];
  // `lost` wins the race when both are there: some implementations fulfil the other one on a lost device as well.
  const lost = await Promise.race([device.lost, device.queue.onSubmittedWorkDone().catch(() => device.lost)]);
  if (watch.destroyed || lost) {
    return [`the device was lost during the case (${watch.destroyed ? 'destroyed by it' : (lost?.message ?? '')})`];
  }
  const left = watch.openScopes - scopes;
  if (left !== 0) problems.push(left > 0 ? `${left} error scope left open` : `${-left} error scope popped too many`);
  for (let open = watch.openScopes; open > 0; open--) {
    const error = await device.popErrorScope();
    if (error) problems.push(describeGpuError(error));
  }
  problems.push(...watch.takeUncaptured().map((error) => `uncaptured ${error}`));
  return problems;
}

/** Follows every device that the case asks this adapter for. */
function watchOwnDevices(adapter: GPUAdapter): DeviceWatch[] {
  const own: DeviceWatch[] = [];
  const requestDevice = adapter.requestDevice.bind(adapter);
  adapter.requestDevice = async (descriptor) => {
    const watch = new DeviceWatch(await requestDevice(descriptor));
    own.push(watch);
    return watch.device;
  };
  return own;
}

function closeOwnDevices(own: readonly DeviceWatch[]): string[] {
  const uncaptured = own.flatMap((watch) => watch.takeUncaptured());
  const problems = uncaptured.map((error) => `uncaptured error on a device of the case's own: ${error}`);
  const forgotten = own.filter((watch) => !watch.destroyed);
  if (forgotten.length > 0) {
    problems.push(
      describeLeak(
        'device',
        forgotten.map((watch) => watch.device.label),
      ),
    );
  }
  for (const watch of forgotten) watch.device.destroy();
  return problems;
}

/** Name and message, where it was thrown, and what lies beneath. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = `${error.name}: ${error.message}`;
  // V8 repeats the text at the head of the stack, SpiderMonkey does not.
  const stack = (error.stack ?? '').replace(String(error), '').trim().split('\n').slice(0, 4);
  const cause = error.cause === undefined ? [] : [`caused by ${describeError(error.cause)}`];
  return [text, ...stack.map((line) => `    ${line.trim()}`), ...cause].join('\n');
}
