import { wgsl } from 'wgsl-preprocessor/wgsl-preprocessor.js';
import { EmgpuError } from '../../errors.ts';
import { diagMomentsLayout, diagUnits, fullMomentsLayout, type Shape, takenPoints, unitBlocks } from './shape.ts';
import { unroll } from './unroll.ts';

const sources = import.meta.glob<string>('../../../shaders/**/*.wgsl', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** Every name that an `#if` in a shader may ask for. */
const FLAGS = [
  'WIDE',
  'PAIRED',
  'SPHERICAL',
  'TIED',
  'WEIGHTED',
  'RANDOM',
  'LABELS',
  'LOG_DENSITIES',
  'RESPONSIBILITIES',
  'HARD',
  'TILED',
  'HALTS',
  'SAMPLED',
  'BROUGHT_NEAR',
] as const;
export type Flag = (typeof FLAGS)[number];

/** A stage that brings log-densities: those of the Gaussian kinds, and any other for which there is a file. */
export type DensityStage = `log-density-${string}`;

/** The stages, one file each in `shaders/`. */
export type StageName =
  | DensityStage
  | 'ingest'
  | 'gather'
  | 'seed-distance'
  | 'seed-potential'
  | 'assign-responsibilities'
  | 'normalize'
  | 'readout'
  | 'blend'
  | 'moments-full'
  | 'moments-diag'
  | 'reduce'
  | 'assign'
  | 'update'
  | 'lean-full'
  | 'lean-diag'
  | 'lean-density-full'
  | 'lean-density-diag'
  | 'lean-moments-full'
  | 'lean-moments-diag'
  | 'lean-k-means'
  | 'totals'
  | 'join-likelihoods'
  | 'finalize-full'
  | 'finalize-diag'
  | 'finalize-k-means';

function source(name: string): string {
  const text = sources[`../../../shaders/${name}.wgsl`];
  if (text === undefined) throw new EmgpuError('shader-error', `There is no shader ${name}.`, 'Check the name.');
  return text;
}

/**
 * Replaces each `#import name` by `shaders/shared/name.wgsl`, once, and each `#insert name` by the lines of a loop in
 * `shaders/fragments/name.wgsl`, without their header.
 */
function resolveImports(text: string, seen: Set<string>): string {
  return text
    .replace(/^#insert (\S+)$/gm, (_, name: string) => source(`fragments/${name}`).replace(/^\/\/.*\n/gm, ''))
    .replace(/^#import (\S+)$/gm, (_, name: string) => {
      if (seen.has(name)) return '';
      seen.add(name);
      return resolveImports(source(`shared/${name}`), seen);
    });
}

/** Calls the `wgsl` template tag on plain text: what follows `#if` and `#elif` is a flag, looked up in `flags`. */
function preprocess(text: string, flags: ReadonlySet<string>): string {
  const parts = text.split(/(#(?:el)?if )(\w+)/);
  const strings: string[] = [parts[0]!];
  const values: boolean[] = [];
  for (let i = 1; i < parts.length; i += 3) {
    const name = parts[i + 1]!;
    if (!FLAGS.includes(name as Flag)) {
      throw new EmgpuError(
        'shader-error',
        `A shader asks for the unknown flag ${name}.`,
        `Known are ${FLAGS.join(', ')}.`,
      );
    }
    strings[strings.length - 1] += parts[i]!;
    values.push(flags.has(name));
    strings.push(parts[i + 2]!);
  }
  return wgsl(strings as unknown as TemplateStringsArray, ...values);
}

/** What the text of some stages is written for, beside the shape of the points. */
export interface Sizes {
  /** Points per invocation, of a stage that goes over points. */
  readonly points?: number | undefined;
  /** K, of a stage that is made for a number of components. */
  readonly components?: number | undefined;
}

/**
 * The WGSL text of a stage for points of this shape. Sizes become constants, so that compilers can unroll, prove ranges and keep arrays in
 * registers.
 */
export function expandShader(
  stage: StageName,
  flags: readonly Flag[],
  shape: Shape,
  { points = 1, components = 1 }: Sizes,
): string {
  const { D, W, DB } = shape;
  const active = new Set<string>(flags);
  if (W === 4) active.add('WIDE');
  if (DB > 1) active.add('PAIRED');
  if (DB > 2) active.add('TILED');
  const isFull = ['moments-full', 'lean-moments-full', 'lean-full'].includes(stage);
  const layout = isFull ? fullMomentsLayout(shape) : diagMomentsLayout(shape);
  const constants = {
    D,
    W,
    DB,
    TILES: layout.tiles,
    SUMS: layout.sums,
    POINTS: points,
    K: components,
    UNITS: isFull ? 1 : diagUnits(shape),
    UNIT_BLOCKS: unitBlocks(shape),
    // In which 64 invocations stage the responsibilities of 32 points, two quads of components per round.
    ROUNDS: Math.ceil(components / 8),
    TAKEN: takenPoints(shape),
  };
  const prelude = Object.entries(constants).map(([name, value]) => `const ${name}: u32 = ${value}u;\n`);
  return (
    prelude.join('') +
    preprocess(unroll(resolveImports(source(stage), new Set()).split('\n'), constants).join('\n'), active)
  );
}
