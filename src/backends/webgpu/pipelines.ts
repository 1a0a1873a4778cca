import { EmgpuError } from '../../errors.ts';
import { waitFor } from '../waiting.ts';
import { type DensityStage, expandShader, type Flag, type Sizes, type StageName } from './shader.ts';
import type { Shape } from './shape.ts';

/** How a stage's resource is bound. `job` and `parameters` are uniform buffers with a dynamic offset, `constants` one without. */
type Binding = 'job' | 'parameters' | 'constants' | 'read' | 'write';

interface StageLayout {
  /**
   * 0, 1, 2 …; with the flag `WEIGHTED` the weights of the window's points come after them, with `HALTS` the jobs of the E-steps that a
   * stage may end.
   */
  readonly bindings: readonly Binding[];
  /** Its text depends on the shape of the points. */
  readonly shaped: boolean;
  /** An invocation takes several points, as `shared/points.wgsl` says. */
  readonly pointwise?: boolean;
  /** Its text is made for a number of components. */
  readonly counted?: boolean;
}

/** State of the stretch, totals, offsets, log-likelihoods, those that are kept, means, parameters. */
const FINALIZE: readonly Binding[] = ['job', 'write', 'read', 'read', 'read', 'write', 'write', 'write'];

/** Of the stages that bring log-densities, whatever the family. */
const DENSITY: StageLayout = {
  bindings: ['job', 'parameters', 'read', 'write', 'write'],
  shaped: true,
  pointwise: true,
};

/** Parameters, points, log-densities, norms, log-likelihoods. */
const LEAN_DENSITY: StageLayout = {
  bindings: ['job', 'read', 'read', 'write', 'write', 'write'],
  shaped: true,
  pointwise: true,
};

/** Parameters, points, log-densities, norms, log-likelihoods, partial sums. */
const LEAN_WHOLE: StageLayout = {
  bindings: ['job', 'read', 'read', 'write', 'write', 'write', 'write'],
  shaped: true,
  pointwise: true,
  counted: true,
};

/** Means, points, log-densities, norms, partial sums. */
const LEAN_MOMENTS: StageLayout = {
  bindings: ['job', 'read', 'read', 'read', 'read', 'write'],
  shaped: true,
  counted: true,
};

const STAGES: Record<Exclude<StageName, DensityStage>, StageLayout> = {
  ingest: { bindings: ['job', 'read', 'read', 'write', 'write'], shaped: true },
  gather: { bindings: ['job', 'read', 'read', 'write'], shaped: true },
  'seed-distance': { bindings: ['job', 'parameters', 'read', 'read', 'write'], shaped: true },
  'seed-potential': { bindings: ['job', 'parameters', 'read', 'read', 'read', 'write'], shaped: true },
  'assign-responsibilities': { bindings: ['job', 'write', 'write', 'read'], shaped: false },
  normalize: { bindings: ['job', 'write', 'write', 'write'], shaped: false },
  blend: { bindings: ['job', 'read', 'read', 'write'], shaped: false },
  readout: { bindings: ['job', 'read', 'write'], shaped: false },
  'moments-full': { bindings: ['job', 'parameters', 'read', 'read', 'read', 'read', 'write'], shaped: true },
  'moments-diag': { bindings: ['job', 'parameters', 'read', 'read', 'read', 'read', 'write'], shaped: true },
  reduce: { bindings: ['job', 'parameters', 'read', 'write'], shaped: false },
  assign: { bindings: ['job', 'parameters', 'read', 'write', 'write'], shaped: true, pointwise: true },
  'lean-full': LEAN_WHOLE,
  'lean-diag': LEAN_WHOLE,
  'lean-density-full': LEAN_DENSITY,
  'lean-density-diag': LEAN_DENSITY,
  'lean-moments-full': LEAN_MOMENTS,
  'lean-moments-diag': LEAN_MOMENTS,
  'lean-k-means': { bindings: ['job', 'constants', 'read', 'write'], shaped: true, pointwise: true, counted: true },
  totals: { bindings: ['job', 'read', 'write'], shaped: false },
  'join-likelihoods': { bindings: ['job', 'read', 'write'], shaped: false },
  'finalize-full': { bindings: FINALIZE, shaped: true },
  'finalize-diag': { bindings: FINALIZE, shaped: true },
  'finalize-k-means': { bindings: ['job', 'write', 'read', 'write', 'write', 'write'], shaped: true },
  update: { bindings: ['job', 'parameters', 'read', 'read', 'read', 'read', 'write'], shaped: true },
};

function isDensity(name: StageName): name is DensityStage {
  return name.startsWith('log-density-');
}

function layoutOf(name: StageName): StageLayout {
  return isDensity(name) ? DENSITY : STAGES[name];
}

/** Whether a stage's text depends on how many points an invocation takes. */
export function isPointwise(name: StageName): boolean {
  return layoutOf(name).pointwise ?? false;
}

function bindingsOf(name: StageName, flags: readonly Flag[]): readonly Binding[] {
  const { bindings } = layoutOf(name);
  if (flags.includes('HALTS')) return [...bindings, 'write'];
  return flags.includes('WEIGHTED') ? [...bindings, 'read'] : bindings;
}

/** Bytes of a binding of component parameters: what every adapter can bind as a uniform buffer. */
export const PARAMETER_BYTES = 65536;

/** Points per invocation: as many as leave room in registers. */
export function pointsPerInvocation({ D }: Shape): number {
  return D <= 8 ? 4 : D <= 16 ? 2 : 1;
}

const UNSHAPED: Shape = { D: 1, W: 2, DB: 1 };

function entry(binding: number, kind: Binding): GPUBindGroupLayoutEntry {
  const visibility = 4; // GPUShaderStage.COMPUTE; the global is not defined everywhere
  if (kind === 'read') return { binding, visibility, buffer: { type: 'read-only-storage' } };
  if (kind === 'write') return { binding, visibility, buffer: { type: 'storage' } };
  return { binding, visibility, buffer: { type: 'uniform', hasDynamicOffset: kind !== 'constants' } };
}

/** A compiled stage. */
export interface Stage {
  readonly name: StageName;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** Points per invocation. */
  readonly points: number;
}

/** Compiles stages on first use and keeps them, one per text; two callers at once share one compilation. */
export class Pipelines {
  /** As long as their devices live. */
  static readonly #all = new WeakMap<GPUDevice, Pipelines>();
  readonly #device: GPUDevice;
  readonly #stages = new Map<string, Promise<Stage>>();

  private constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** The device's stages, which all backends on it share. */
  static of(device: GPUDevice): Pipelines {
    let pipelines = Pipelines.#all.get(device);
    if (!pipelines) {
      pipelines = new Pipelines(device);
      Pipelines.#all.set(device, pipelines);
    }
    return pipelines;
  }

  /**
   * Rejects with `shader-error` and the compiler's words when a stage does not compile. `sizes` count where a stage's text depends on them;
   * points per invocation are otherwise as many as leave room in registers.
   */
  get(name: StageName, shape: Shape, flags: readonly Flag[] = [], sizes: Sizes = {}): Promise<Stage> {
    const { shaped, counted } = layoutOf(name);
    const points = isPointwise(name) ? (sizes.points ?? pointsPerInvocation(shape)) : 1;
    const components = counted ? sizes.components : undefined;
    const key = [name, ...flags, shaped ? shape.D : '', points, ...(components ? [`K ${components}`] : [])].join(' ');
    let stage = this.#stages.get(key);
    if (!stage) {
      const code = expandShader(name, flags, shaped ? shape : UNSHAPED, { points, components });
      stage = this.#compile(name, code, bindingsOf(name, flags), points, key);
      this.#stages.set(key, stage);
      stage.catch(() => this.#stages.delete(key));
    }
    return stage;
  }

  async #compile(
    name: StageName,
    code: string,
    bindings: readonly Binding[],
    points: number,
    label: string,
  ): Promise<Stage> {
    const device = this.#device;
    const layout = device.createBindGroupLayout({ label, entries: bindings.map((kind, i) => entry(i, kind)) });
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ label, code });
    const scope = device.popErrorScope();
    try {
      const compiling = device.createComputePipelineAsync({
        label,
        layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: 'main' },
      });
      const pipeline = await waitFor(compiling, device);
      return { name, pipeline, layout, points };
    } catch (cause) {
      const { messages } = await module.getCompilationInfo();
      const words = messages.map(
        (m) => `${m.lineNum}:${m.linePos} ${m.message}\n  ${code.split('\n')[m.lineNum - 1] ?? ''}`,
      );
      throw new EmgpuError(
        'shader-error',
        `The shader ${label} does not compile: ${words.join('\n') || (cause as Error).message}.`,
        'Please report this together with the output of `emgpu info`.',
        { cause },
      );
    } finally {
      await scope;
    }
  }
}
