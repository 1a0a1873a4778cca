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

const made = new WeakMap<GPUDevice, Map<GPUTextureFormat, Promise<Programs>>>();

/** The programs for a device, compiled once however many pictures it draws. */
export function programsFor(device: GPUDevice, format: GPUTextureFormat): Promise<Programs> {
  const known = made.get(device) ?? new Map<GPUTextureFormat, Promise<Programs>>();
  made.set(device, known);
  const programs = known.get(format) ?? compile(device, format);
  known.set(format, programs);
  return programs;
}

async function compile(device: GPUDevice, format: GPUTextureFormat): Promise<Programs> {
  const module = (label: string, code: string) => device.createShaderModule({ label, code });
  const [splat, measure, tone] = [module('splat', splatText), module('measure', measureText), module('tone', toneText)];
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
