import { batch, computed, effect, signal } from '@preact/signals';
import { EmgpuError } from 'emgpu';
import { createDataRoom } from '../data/client.ts';
import type { DataChoice, LabTable, Preparation, Prepared } from '../data/types.ts';
import { advise, type Remedies } from '../shared/advice.ts';
import { scheme } from '../shared/scheme.ts';
import { DEFAULT_STATE, type LinkedState } from '../takeaway/link.ts';
import { Clock } from './clock.ts';
import { type Palette, Session } from './session.ts';
import type { LabState, ModelChoice, ViewChoice } from './types.ts';

/** What the page says of what it does: one sentence. */
export interface Status {
  readonly kind: 'idle' | 'busy' | 'error';
  readonly text: string;
  /** Of what is under way, 0 … 1. */
  readonly fraction?: number;
  /** What may be tried after an error. */
  readonly retry?: () => void;
}

export const data = signal<DataChoice>({ kind: 'sample', id: 'faithful' });
export const table = signal<LabTable | undefined>(undefined);
export const preparation = signal<Preparation | undefined>(undefined);
export const prepared = signal<Prepared | undefined>(undefined);
export const models = signal<readonly ModelChoice[]>(DEFAULT_STATE.models);
export const view = signal<ViewChoice>(DEFAULT_STATE.view);
/** One per model, once the points are at home. */
export const sessions = signal<readonly Session[]>([]);
export const status = signal<Status>({ kind: 'idle', text: '' });
export const clock = new Clock();

export const state = computed<LabState>(() => ({
  ...{ data: data.value, preparation: preparation.value, models: models.value, view: view.value },
}));
const palette = computed<Palette>(() => ({ scheme: scheme.value, isolated: view.value.isolated }));

const room = createDataRoom();
/** A file that a link is about. */
let awaited: { readonly name: string; readonly linked: LinkedState } | undefined;
/** Of what is under way: whatever begins ends what went on before. */
let current = new AbortController();

/** Stops everything, runs `task`, and says how it went. Retrying does the same again. */
async function alone(task: (signal: AbortSignal) => Promise<void>): Promise<void> {
  current.abort();
  clock.pause();
  const own = new AbortController();
  current = own;
  try {
    await task(own.signal);
    if (current === own && status.value.kind === 'busy') status.value = { kind: 'idle', text: '' };
  } catch (error) {
    if (current === own) fail(error as Error, () => void alone(task));
  }
}

const REMEDIES: Remedies = {
  'no-adapter': 'Choose to compute on the CPU, or on a GPU if there is one.',
  'device-lost': 'Try again: another one is opened. If it happens often, take fewer points or the CPU.',
  'out-of-memory': 'Take fewer points or columns, or compute on the CPU.',
  'insufficient-limits': 'Take fewer points or columns, or compute on the CPU.',
  'too-few-points': 'Take fewer components, or more points.',
  'all-collapsed': 'Take fewer components, another covariance type, or more starts.',
};

/** Says what went wrong. A device that is gone takes its points along: trying again starts anew on another. */
export function fail(error: Error, retry: () => void): void {
  const code = error instanceof EmgpuError ? error.code : undefined;
  if (code === 'aborted' || code === 'destroyed') return;
  const { message } = error instanceof EmgpuError ? advise(error, REMEDIES) : error;
  status.value = { kind: 'error', text: message, retry: code === 'device-lost' ? reset : retry };
}

function busy(text: string) {
  return (stage: string, fraction: number) => {
    status.value = { kind: 'busy', text: `${text}: ${stage}`, fraction };
  };
}

/** Reads or makes the data, takes the columns that suit them (or those of a link), and starts the models. */
export function load(choice: DataChoice, linked?: Pick<LinkedState, 'preparation' | 'view'>): Promise<void> {
  return alone(async (signal) => {
    const before = data.value;
    data.value = choice;
    status.value = { kind: 'busy', text: 'Reading the data', fraction: 0 };
    const found = await room.load(choice, { signal, onProgress: busy('Reading the data') }).catch((error: unknown) => {
      if (data.value === choice) data.value = before;
      throw error;
    });
    const wanted = linked?.preparation;
    const known = wanted?.columns.filter((name) => found.columns.includes(name)) ?? [];
    const columns = known.length > 0 ? known : found.suggested;
    const { standardize = false, log = [] } = wanted ?? {};
    table.value = found;
    const preparation = { columns, standardize, log: log.filter((name) => columns.includes(name)) };
    await take(preparation, linked?.view ?? fresh(view.value), signal);
  });
}

/** What a link tells. A file cannot be opened for a page: whoever follows the link chooses it. */
export function restore(linked: LinkedState): void {
  batch(() => {
    models.value = linked.models;
    view.value = linked.view;
  });
  if (linked.data.kind !== 'file') {
    void load(linked.data, linked);
    return;
  }
  const { name } = linked.data;
  awaited = { name, linked };
  status.value = { kind: 'error', text: `This link is about the file ${name}: choose it on this machine.` };
}

/** A file from the visitor; one that a link is about gets the columns that the link tells. */
export function loadFile(file: File): Promise<void> {
  const linked = awaited?.name === file.name ? awaited.linked : undefined;
  awaited = undefined;
  return load({ kind: 'file', file }, linked);
}

/** Takes other columns of the same data. */
export function prepare(wanted: Preparation): Promise<void> {
  return alone((signal) => take(wanted, fresh(view.value), signal));
}

async function take(wanted: Preparation, look: ViewChoice, signal: AbortSignal): Promise<void> {
  const points = await room.prepare(wanted, { signal, onProgress: busy('Preparing the points') });
  close();
  batch(() => {
    preparation.value = wanted;
    prepared.value = points;
    view.value = fitView(look, wanted.columns.length);
  });
  await open(signal);
}

/** The same view of other points. */
function fresh({ camera: _, ...rest }: ViewChoice): ViewChoice {
  return rest;
}

/** What a view of D columns can show. */
function fitView(look: ViewChoice, D: number): ViewChoice {
  const { plane, pairs } = look;
  const fits = plane !== 'principal' ? plane.every((d) => d < D) : D > 2;
  return { ...look, plane: fits ? plane : [0, D > 1 ? 1 : 0], pairs: pairs && D > 2 && D <= 6 };
}

/** Starts the models anew on the points that are there. */
export function reset(): void {
  void alone(async (signal) => {
    if (!prepared.value) return;
    close();
    await open(signal);
  });
}

/** Replaces a model, or adds and takes away the one beside it, and starts anew. */
export function setModels(next: readonly ModelChoice[]): void {
  const { isolated, ...rest } = view.value;
  batch(() => {
    models.value = next;
    view.value = rest;
  });
  reset();
}

async function open(signal: AbortSignal): Promise<void> {
  const { points } = prepared.value!;
  const opened = models.value.map((choice) => new Session(choice, points));
  try {
    for (const session of opened) {
      await session.open(signal, busy('Starting'));
      await session.recolor(palette.value);
    }
  } catch (error) {
    for (const session of opened) session.destroy();
    throw error;
  }
  if (signal.aborted) for (const session of opened) session.destroy();
  else sessions.value = opened;
}

function close(): void {
  const old = sessions.value;
  sessions.value = [];
  for (const session of old) session.destroy();
}

/** Runs all models to their end, or until it is paused. */
export function run(): Promise<void> {
  return alone(async (signal) => {
    status.value = { kind: 'busy', text: 'Running' };
    if (sessions.value.some(({ done }) => done)) await restart(signal);
    const [several, single] = split(sessions.value);
    for (const session of several) await session.fitAll(palette.value, signal, busy('Running'));
    await clock.run(single, () => palette.value);
  });
}

/** Run after the end begins anew. */
async function restart(signal: AbortSignal): Promise<void> {
  if (sessions.value.some(({ done }) => !done)) return;
  close();
  await open(signal);
}

function split(all: readonly Session[]): [Session[], Session[]] {
  const several = (session: Session) => session.choice.restarts > 1;
  return [all.filter((session) => several(session) && !session.done), all.filter((session) => !several(session))];
}

export function pause(): void {
  clock.pause();
}

/** New responsibilities for the parameters as they are. */
export function expectation(): Promise<void> {
  return alone(async () => {
    for (const session of sessions.value) if (session.canStep) await session.expectation(palette.value);
  });
}

/** New parameters for the responsibilities as they are. */
export function maximization(): Promise<void> {
  return alone(async () => {
    for (const session of sessions.value) if (session.canStep) await session.maximization(palette.value);
  });
}

// Another scheme, or another component on its own: other colours.
effect(() => {
  const wanted = palette.value;
  for (const session of sessions.peek()) session.recolor(wanted).catch((error) => fail(error, reset));
});
