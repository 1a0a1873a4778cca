/** What an adapter runs fastest, by `stage D… K…`: points per invocation, or components side by side. */
export type Choices = Record<string, number>;

/** What there is to choose from for one of the stages, and the name of the choice. */
export interface Ladder {
  readonly key: string;
  readonly rungs: readonly number[];
}

/** The file of choices: those of each adapter. */
export type Remembered = Record<string, Choices>;

/** A choice, as `emgpu info` prints it. */
export interface TunedStage {
  /** The kernel: `log-density-full`, `assign`, `moments-diag`, `lean-diag+TIED` … */
  readonly stage: string;
  /** D */
  readonly nFeatures: number;
  /** K at most, and more than half of it. */
  readonly nComponents: number;
  /** Points that an invocation takes at once (expectation), or components side by side in a workgroup (moments). */
  readonly choice: number;
}

const FORMAT = 'emgpu-tuning';

/** Vite's `define` fills it in; sources that run as they are have no version of their own. */
declare const EMGPU_VERSION: string | undefined;

/** Kernels change with the version, and so may what is fastest. */
export const TUNING_FILE = `tuning-${typeof EMGPU_VERSION === 'undefined' ? 'dev' : EMGPU_VERSION}.json`;

/** Tells adapters apart. Some runtimes do not say which adapter a device came from: undefined. */
export function adapterKey(info: GPUAdapterInfo | undefined): string | undefined {
  if (!info) return undefined;
  return [info.vendor, info.architecture, info.device, info.description].join(' | ');
}

/** K counts by the next power of two. */
export function choiceKey(stage: string, nFeatures: number, nComponents: number): string {
  return `${stage} D${nFeatures} K${2 ** Math.ceil(Math.log2(nComponents))}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a file says; nothing where it is none of ours. Whether a choice can be taken is for the reader to check. */
export function parseTuning(text: unknown): Remembered {
  let file: unknown;
  try {
    file = JSON.parse(String(text));
  } catch {
    return {};
  }
  if (!isRecord(file) || file.format !== FORMAT || !isRecord(file.adapters)) return {};
  return Object.fromEntries(
    Object.entries(file.adapters)
      .filter((entry): entry is [string, Record<string, unknown>] => isRecord(entry[1]))
      .map(([adapter, choices]) => [adapter, numbersOf(choices)]),
  );
}

function numbersOf(choices: Record<string, unknown>): Choices {
  const numbers = Object.entries(choices).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return Object.fromEntries(numbers);
}

export function formatTuning(adapters: Remembered): string {
  return `${JSON.stringify({ format: FORMAT, adapters }, null, 2)}\n`;
}

/** The choices of one adapter, for people. */
export function listChoices(choices: Choices): TunedStage[] {
  return Object.entries(choices).flatMap(([key, choice]) => {
    const [, stage, D, K] = /^(\S+) D(\d+) K(\d+)$/.exec(key) ?? [];
    return stage ? [{ stage, nFeatures: Number(D), nComponents: Number(K), choice }] : [];
  });
}
