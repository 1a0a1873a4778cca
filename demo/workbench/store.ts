import { batch, computed, effect, signal } from '@preact/signals';
import { createDataRoom } from '../data/client.ts';
import type { DataChoice, LabTable, Preparation, Prepared } from '../data/types.ts';
import type { LabState, ModelChoice, ViewChoice } from '../models/choices.ts';
import { scheme } from '../shared/scheme.ts';
import { DEFAULT_STATE, type LinkedState } from '../takeaway/link.ts';
import { Clock } from './clock.ts';
import { tell } from './failures.ts';
import { type Palette, Session } from './session.ts';
import { fresh, preparationFor, viewFor } from './suiting.ts';

/** What the page says of what it does: one sentence. */
export interface Status {
  readonly kind: 'idle' | 'busy' | 'error';
  readonly text: string;
  /** Of what is under way, 0 … 1. */
  readonly fraction?: number;
  /** What may be tried after an error. */
  readonly retry?: (() => void) | undefined;
}

/** What is chosen. While it is read, the points on the page are still those of the choice before. */
export const data = signal<DataChoice>({ kind: 'sample', id: 'faithful' });
export const table = signal<LabTable | undefined>(undefined);
/** What is chosen of the table; see {@link data}. */
export const preparation = signal<Preparation | undefined>(undefined);
export const prepared = signal<Prepared | undefined>(undefined);
export const models = signal<readonly ModelChoice[]>(DEFAULT_STATE.models);
export const view = signal<ViewChoice>(DEFAULT_STATE.view);
/** One per model, once the points are at home. */
export const sessions = signal<readonly Session[]>([]);
export const status = signal<Status>({ kind: 'idle', text: '' });
export const clock = new Clock();

/** What the points on the page come from. */
const seen = signal<Pick<LabState, 'data' | 'preparation'>>({ data: data.peek(), preparation: undefined });

export const state = computed<LabState>(() => ({ ...seen.value, models: models.value, view: view.value }));
/** Apart from the rest of the view: a camera that moves changes no colour. */
const isolated = computed(() => view.value.isolated);
const palette = computed<Palette>(() => ({ scheme: scheme.value, isolated: isolated.value }));

/** Of points; above it there is no second copy of them. */
const MOST_NUMBERS = 2 ** 22;

const room = createDataRoom();
/** A file that a link is about. */
export const awaited = signal<{ readonly name: string; readonly linked: LinkedState } | undefined>(undefined);
/** Of what is under way: whatever begins ends what went on before. */
let current = new AbortController();
/** The same once more. */
let again = () => {};

/** Stops everything, runs `task`, and says how it went. Retrying does the same again. */
async function alone(task: (signal: AbortSignal) => Promise<void>): Promise<void> {
  current.abort();
  clock.pause();
  const own = new AbortController();
  current = own;
  again = () => void alone(task);
  // What went wrong before is over.
  if (status.value.kind === 'error') status.value = { kind: 'idle', text: '' };
  try {
    await task(own.signal);
    if (current === own && status.value.kind === 'busy') status.value = { kind: 'idle', text: '' };
  } catch (error) {
    if (current === own) fail(error as Error, again);
  }
}

/** Ends what is under way. What was there before it goes on working. */
export function stop(): void {
  current.abort();
  current = new AbortController();
  status.value =
    sessions.value.length > 0 ? { kind: 'idle', text: '' } : { kind: 'error', text: 'Stopped.', retry: again };
}

/** Says what went wrong. A device that is gone takes its points along: trying again starts anew on another. */
export function fail(error: Error, retry: () => void): void {
  const told = tell(error);
  if (told) status.value = { kind: 'error', text: told.text, retry: told.lost ? reset : retry };
}

function busy(text: string) {
  return (_stage: string, fraction: number) => {
    status.value = { kind: 'busy', text, fraction };
  };
}

/** Reads or makes the data, takes the columns that suit them (or those of a link), and starts the models. */
export function load(choice: DataChoice, linked?: Omit<LinkedState, 'data'>): Promise<void> {
  return alone(async (signal) => {
    data.value = choice;
    const text = choice.kind === 'generated' ? 'Drawing the points' : 'Reading the data';
    status.value = { kind: 'busy', text, fraction: 0 };
    const found = await room.load(choice, { signal, onProgress: busy(text) }).catch((error: unknown) => {
      // What was there before goes on working.
      if (data.value === choice) data.value = seen.value.data;
      throw error;
    });
    if (linked && linked === awaited.value?.linked) awaited.value = undefined;
    close();
    batch(() => {
      table.value = found;
      prepared.value = undefined;
      preparation.value = preparationFor(found, linked?.preparation);
      seen.value = { data: choice, preparation: preparation.value };
      models.value = linked?.models ?? models.value;
      view.value = linked?.view ?? fresh(view.value);
    });
    await take(preparation.value!, view.value, signal);
  });
}

/** What a link tells. A file cannot be opened for a page: whoever follows the link chooses it. */
export function restore(linked: LinkedState): void {
  if (linked.data.kind !== 'file') {
    void load(linked.data, linked);
    return;
  }
  const { name } = linked.data;
  awaited.value = { name, linked };
  if (!table.value) models.value = linked.models;
  status.value = { kind: 'error', text: `This link is about the file ${name}: choose it on this machine.` };
}

/** A file from the visitor; one that a link is about gets what the link tells. */
export function loadFile(file: File): Promise<void> {
  const { name, linked } = awaited.value ?? {};
  return load({ kind: 'file', file }, name === file.name ? linked : undefined);
}

/** Takes other columns of the same data. */
export function prepare(wanted: Preparation): Promise<void> {
  return alone(async (signal) => {
    preparation.value = wanted;
    try {
      await take(wanted, fresh(view.value), signal);
    } finally {
      if (preparation.value === wanted) preparation.value = seen.value.preparation;
    }
  });
}

async function take(wanted: Preparation, look: ViewChoice, signal: AbortSignal): Promise<void> {
  const points = await room.prepare(wanted, { signal, onProgress: busy('Preparing the points') });
  close();
  batch(() => {
    seen.value = { ...seen.value, preparation: wanted };
    prepared.value = points;
    view.value = viewFor(look, wanted.columns.length);
  });
  await open(signal);
}

/** Starts the models anew on the points that are there, or are still to be taken from the table. */
export function reset(): void {
  const [wanted, points] = [preparation.value, prepared.value];
  if (!wanted) return;
  void alone(async (signal) => {
    if (!points) return take(wanted, view.value, signal);
    if (isLarge()) close();
    await open(signal);
  });
}

/** Models that cannot be started leave those before them where they are, unless both would take too much memory. */
function isLarge(): boolean {
  return (prepared.value?.points.data.length ?? 0) > MOST_NUMBERS;
}

/** Takes the other model away. What is kept goes on from where it is. */
export function keep(index: number): void {
  const [choice, kept] = [models.value[index]!, sessions.value[index]];
  if (kept?.choice !== choice) {
    setModels([choice]);
    return;
  }
  void alone(async () => {
    const rest = sessions.value.filter((session) => session !== kept);
    const { isolated: _, ...look } = view.value;
    batch(() => {
      models.value = [choice];
      sessions.value = [kept];
      view.value = look;
    });
    for (const session of rest) session.destroy();
  });
}

/** Replaces a model, or adds and takes away the one beside it, and starts anew. */
export function setModels(next: readonly ModelChoice[]): void {
  const { isolated, ...rest } = view.value;
  batch(() => {
    models.value = next;
    view.value = rest;
  });
  // Data that are on their way get the models as they are then.
  if (data.value === seen.value.data) reset();
}

async function open(signal: AbortSignal): Promise<void> {
  const { points } = prepared.value!;
  const colors = palette.value;
  const opened = models.value.map((choice) => new Session(choice, points));
  try {
    status.value = { kind: 'busy', text: 'Starting' };
    for (const session of opened) {
      signal.throwIfAborted();
      await session.open(signal, busy('Starting'));
      await session.recolor(colors);
    }
    signal.throwIfAborted();
  } catch (error) {
    for (const session of opened) session.destroy();
    throw error;
  }
  const before = sessions.value;
  sessions.value = opened;
  for (const session of before) session.destroy();
  if (palette.value !== colors) recolor();
}

function close(): void {
  const old = sessions.value;
  sessions.value = [];
  for (const session of old) session.destroy();
}

/** Runs all models to their end, or until it is paused. */
export function run(): Promise<void> {
  return alone(async (signal) => {
    await restart(signal);
    status.value = { kind: 'busy', text: 'Running' };
    const [several, single] = split(sessions.value);
    const say = (text: string, fraction: number) => {
      status.value = { kind: 'busy', text, fraction };
    };
    for (const session of several) await session.fitAll(palette.value, signal, say);
    await clock.run(single, () => palette.value);
  });
}

/** Run after the end begins anew, and so it does where models were changed while data were awaited that never came. */
async function restart(signal: AbortSignal): Promise<void> {
  const all = sessions.value;
  const asChosen = all.length === models.value.length && all.every(({ choice }, i) => choice === models.value[i]);
  if (asChosen && all.some(({ done }) => !done)) return;
  if (isLarge()) close();
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
  return step('E-step', (session) => session.expectation(palette.value));
}

/** New parameters for the responsibilities as they are. */
export function maximization(): Promise<void> {
  return step('M-step', (session) => session.maximization(palette.value));
}

function step(name: string, take: (session: Session) => Promise<void>): Promise<void> {
  return alone(async () => {
    // Said only of one that takes a while: most are over at once.
    const saying = setTimeout(() => {
      status.value = { kind: 'busy', text: name };
    }, 300);
    try {
      for (const session of sessions.value) if (session.canStep) await take(session);
    } finally {
      clearTimeout(saying);
    }
  });
}

function recolor(): void {
  for (const session of sessions.peek()) session.recolor(palette.peek()).catch((error) => fail(error, reset));
}

// Another scheme, or another component on its own: other colours.
effect(() => {
  void palette.value;
  recolor();
});
