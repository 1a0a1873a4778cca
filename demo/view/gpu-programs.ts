import measureText from './measure.wgsl?raw';
import splatText from './splat.wgsl?raw';
import toneText from './tone.wgsl?raw';

/** What the shaders of a picture compile to. */
export interface Programs {
  readonly splat: GPUComputePipeline;
  readonly histogram: GPUComputePipeline;
  readonly quantile: GPUComputePipeline;
  readonly tone: GPURenderPipeline;
}

/** The engine's blocks are of two features or of four. */
const VEC = {
  2: 'alias Vec = vec2f;\nfn widen(v: Vec) -> vec4f { return vec4f(v, 0.0, 0.0); }\n',
  4: 'alias Vec = vec4f;\nfn widen(v: Vec) -> vec4f { return v; }\n',
};

const made = new WeakMap<GPUDevice, Map<string, Promise<Programs>>>();

/** The programs for a device, compiled once however many pictures it draws. */
export function programsFor(device: GPUDevice, blockWidth: number, format: GPUTextureFormat): Promise<Programs> {
  const known = made.get(device) ?? new Map<string, Promise<Programs>>();
  made.set(device, known);
  const key = `${blockWidth} ${format}`;
  const programs = known.get(key) ?? compile(device, blockWidth === 2 ? 2 : 4, format);
  known.set(key, programs);
  return programs;
}

async function compile(device: GPUDevice, blockWidth: 2 | 4, format: GPUTextureFormat): Promise<Programs> {
  const module = (label: string, code: string) => device.createShaderModule({ label, code });
  const [splat, measure, tone] = [
    module('splat', VEC[blockWidth] + splatText),
    module('measure', measureText),
    module('tone', toneText),
  ];
  // Explicit, as an entry point need not use all of the bindings that both have.
  const layout = device.createPipelineLayout({ bindGroupLayouts: [measureLayout(device)] });
  const compute = (compiled: GPUShaderModule, entryPoint: string, of: GPUPipelineLayout | 'auto') =>
    device.createComputePipelineAsync({ layout: of, compute: { module: compiled, entryPoint } });
  const [splatting, histogram, quantile, toning] = await Promise.all([
    compute(splat, 'main', 'auto'),
    compute(measure, 'histogram', layout),
    compute(measure, 'quantile', layout),
    device.createRenderPipelineAsync({
      layout: 'auto',
      vertex: { module: tone, entryPoint: 'cover' },
      fragment: { module: tone, entryPoint: 'shade', targets: [{ format }] },
    }),
  ]);
  return { splat: splatting, histogram, quantile, tone: toning };
}

function measureLayout(device: GPUDevice): GPUBindGroupLayout {
  const types = ['uniform', 'read-only-storage', 'storage'] as const;
  return device.createBindGroupLayout({
    entries: types.map((type, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } })),
  });
}
