import { GENERATED, MAX_POINTS, MIN_POINTS, SAMPLES } from '../data/catalogue.ts';
import type { DataChoice, Preparation } from '../data/types.ts';
import type { LabState, ModelChoice, ViewChoice } from '../models/choices.ts';
import { BACKENDS, KINDS, LIMITS, startsFor } from '../models/kinds.ts';
import { type Fields, numberIn, oneOf, readFields, wholeIn, writeFields } from './link-fields.ts';

/** Data as a link tells them: of a file only its name, because pages may not open files by themselves. */
export type LinkedData = Exclude<DataChoice, { kind: 'file' }> | { readonly kind: 'file'; readonly name: string };

/** What a link restores. */
export interface LinkedState extends Omit<LabState, 'data'> {
  readonly data: LinkedData;
}

/** Where the Lab starts, and what a link need not say. */
export const DEFAULT_STATE: LinkedState & { readonly models: readonly [ModelChoice] } = {
  data: { kind: 'sample', id: 'faithful' },
  preparation: undefined,
  models: [{ kind: 'full', k: 2, init: 'k-means++', seed: 0, tol: 1e-6, restarts: 1, backend: 'auto' }],
  view: { plane: [0, 1], color: 'responsibility', contours: false, pairs: false },
};

const COLORS = ['responsibility', 'uncertainty', 'plain'] as const;

/** N of generated points where the link does not say. */
const DEFAULT_POINTS = 10_000;
const YES = 'yes';

type Field = readonly [name: string, words: readonly string[]];

/**
 * The state as the hash of a link, `#data=faithful&model=full&k=2&seed=0`. Data, models, K and seed are always there, all else only where it
 * differs from {@link DEFAULT_STATE}. Two models side by side are lists: `model=k-means,full&k=2,2`.
 */
export function linkOf({ data, preparation, models, view }: LabState | LinkedState): string {
  const fields = [...dataFields(data), ...preparationFields(preparation), ...modelFields(models), ...viewFields(view)];
  return `#${writeFields(fields)}`;
}

/** The state that a hash tells. It never throws: what is missing, unknown or out of range is as in {@link DEFAULT_STATE}. */
export function stateOf(hash: string): LinkedState {
  const fields = readFields(hash);
  const models = modelsIn(fields);
  const K = Math.max(...models.map(({ k }) => k));
  return { data: dataIn(fields), preparation: preparationIn(fields), models, view: viewIn(fields, K) };
}

function dataFields(data: LabState['data'] | LinkedData): Field[] {
  if (data.kind === 'sample') return [['data', [data.id]]];
  if (data.kind === 'generated') {
    const { id, n, seed } = data;
    return [['data', [id]], ['n', [`${n}`]], ...(seed === 0 ? [] : [['dataseed', [`${seed}`]] as const])];
  }
  return [
    ['data', ['file']],
    ['file', ['name' in data ? data.name : data.file.name]],
  ];
}

function dataIn(fields: Fields): LinkedData {
  const [word] = fields.get('data') ?? [];
  const [name] = fields.get('file') ?? [];
  if (word === 'file' && name !== undefined) return { kind: 'file', name };
  const generated = GENERATED.find(({ id }) => id === word);
  if (generated) {
    const n = wholeIn(fields.get('n')?.[0], MIN_POINTS, MAX_POINTS) ?? DEFAULT_POINTS;
    const seed = wholeIn(fields.get('dataseed')?.[0], 0, Number.MAX_SAFE_INTEGER) ?? 0;
    return { kind: 'generated', id: generated.id, n, seed };
  }
  const sample = SAMPLES.find(({ id }) => id === word);
  return sample ? { kind: 'sample', id: sample.id } : DEFAULT_STATE.data;
}

function preparationFields(preparation: Preparation | undefined): Field[] {
  if (!preparation) return [];
  const { columns, standardize, log } = preparation;
  return [
    ['columns', columns],
    ...(standardize ? [['standardize', [YES]] as const] : []),
    ...(log.length > 0 ? [['log', log] as const] : []),
  ];
}

function preparationIn(fields: Fields): Preparation | undefined {
  const columns = fields.get('columns');
  if (!columns) return undefined;
  const log = (fields.get('log') ?? []).filter((name) => columns.includes(name));
  return { columns, standardize: isYes(fields, 'standardize'), log };
}

/** Each property of a model is a list with one word per model, or one word for all. */
function modelFields(models: readonly ModelChoice[]): Field[] {
  const [usual] = DEFAULT_STATE.models;
  const list = (name: string, key: keyof ModelChoice): Field => {
    const words = models.map((model) => `${model[key] ?? ''}`);
    return [name, new Set(words).size === 1 && name !== 'model' ? words.slice(0, 1) : words];
  };
  const optional = (['init', 'tol', 'restarts', 'softness', 'backend'] as const).filter((key) =>
    models.some((model) => model[key] !== usual[key]),
  );
  return [list('model', 'kind'), list('k', 'k'), list('seed', 'seed'), ...optional.map((key) => list(key, key))];
}

function modelsIn(fields: Fields): ModelChoice[] {
  const [usual] = DEFAULT_STATE.models;
  const kinds = (fields.get('model') ?? []).slice(0, 2);
  return (kinds.length > 0 ? kinds : [usual.kind]).map((named, i) => {
    const kind = oneOf(named, first(KINDS)) ?? usual.kind;
    const word = (name: string) => fields.get(name)?.[i] ?? fields.get(name)?.[0];
    const softness = numberIn(word('softness'), ...LIMITS.softness);
    return {
      kind,
      k: wholeIn(word('k'), 1, LIMITS.components) ?? usual.k,
      init: oneOf(word('init'), first(startsFor(kind))) ?? usual.init,
      seed: wholeIn(word('seed'), 0, LIMITS.seed) ?? usual.seed,
      tol: numberIn(word('tol'), 0, Number.MAX_VALUE) ?? usual.tol,
      restarts: wholeIn(word('restarts'), 1, LIMITS.restarts) ?? usual.restarts,
      ...(softness !== undefined && { softness }),
      backend: oneOf(word('backend'), first(BACKENDS)) ?? usual.backend,
    };
  });
}

/** What is chosen, without what it is called. */
function first<Value>(options: readonly (readonly [Value, string])[]): Value[] {
  return options.map(([value]) => value);
}

function viewFields({ plane, color, isolated, contours, pairs, camera }: ViewChoice): Field[] {
  const words = plane === 'principal' ? ['principal'] : plane.map(String);
  const fields: (Field | false | undefined)[] = [
    words.join() !== '0,1' && ['plane', words],
    color !== DEFAULT_STATE.view.color && ['color', [color]],
    isolated !== undefined && ['isolated', [`${isolated}`]],
    contours && ['contours', [YES]],
    pairs && ['pairs', [YES]],
    camera && ['camera', [camera.x, camera.y, camera.width, camera.height].map(String)],
  ];
  return fields.filter((field): field is Field => Boolean(field));
}

function viewIn(fields: Fields, K: number): ViewChoice {
  const isolated = wholeIn(fields.get('isolated')?.[0], 0, K - 1);
  const camera = cameraIn(fields.get('camera') ?? []);
  return {
    plane: planeIn(fields.get('plane') ?? []) ?? DEFAULT_STATE.view.plane,
    color: oneOf(fields.get('color')?.[0], COLORS) ?? DEFAULT_STATE.view.color,
    ...(isolated !== undefined && { isolated }),
    contours: isYes(fields, 'contours'),
    pairs: isYes(fields, 'pairs'),
    ...(camera && { camera }),
  };
}

function planeIn(words: readonly string[]): ViewChoice['plane'] | undefined {
  if (words[0] === 'principal') return 'principal';
  const [x, y] = words.map((word) => wholeIn(word, 0, LIMITS.features - 1));
  return x !== undefined && y !== undefined ? [x, y] : undefined;
}

function cameraIn(words: readonly string[]): ViewChoice['camera'] {
  const place = (word: string | undefined) => numberIn(word, -Number.MAX_VALUE, Number.MAX_VALUE);
  const length = (word: string | undefined) => numberIn(word, Number.MIN_VALUE, Number.MAX_VALUE);
  const [x, y, width, height] = [place(words[0]), place(words[1]), length(words[2]), length(words[3])];
  if (x === undefined || y === undefined || width === undefined || height === undefined) return undefined;
  return { x, y, width, height };
}

function isYes(fields: Fields, name: string): boolean {
  return fields.get(name)?.[0] === YES;
}
