import { randomNormal } from 'd3-random';
import { createCpuBackend } from '../../../src/backends/cpu/backend.ts';
import { createGpuBackend, type GpuBackendOptions } from '../../../src/backends/webgpu/backend.ts';
import { isSoftware } from '../../../src/backends/webgpu/device.ts';
import type { HostPoints } from '../../../src/data/points.ts';
import { EmRun } from '../../../src/em/run.ts';
import type { Backend, Family } from '../../../src/em/types.ts';
import type { CovarianceType } from '../../../src/families/covariance.ts';
import type { MixtureParameters } from '../../../src/families/parameters.ts';
import { cholesky } from '../../../src/math/cholesky.ts';
import { type Random, seededRandom } from '../../../src/math/random.ts';
import type { LaneContext } from '../types.ts';

/** The engine on the lane's device, which it borrows. */
export function gpuBackend(
  { device, adapter }: Pick<LaneContext, 'device' | 'adapter'>,
  options: Partial<GpuBackendOptions> = {},
): Backend {
  return createGpuBackend({ device, info: adapter.info, reason: 'test', owned: false, ...options });
}

/** A device that does some things in another way. */
export function deviceWith(device: GPUDevice, overrides: Partial<GPUDevice>): GPUDevice {
  return new Proxy(device, {
    get(target, name) {
      if (name in overrides) return Reflect.get(overrides, name);
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** The device, and the labels of the pipelines that are compiled through it. */
export function countCompilations(device: GPUDevice): { device: GPUDevice; labels: string[] } {
  const labels: string[] = [];
  const createComputePipelineAsync = (descriptor: GPUComputePipelineDescriptor) => {
    labels.push(descriptor.label ?? '');
    return device.createComputePipelineAsync(descriptor);
  };
  return { device: deviceWith(device, { createComputePipelineAsync }), labels };
}

/** Rows in a buffer, as a caller has them. */
export function rowsBuffer(
  device: GPUDevice,
  data: Float32Array<ArrayBuffer>,
  usage: number = GPUBufferUsage.STORAGE,
): GPUBuffer {
  const buffer = device.createBuffer({ size: data.byteLength, usage: usage | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(buffer, 0, data);
  return buffer;
}

/** The first bytes of a buffer that can be copied. */
export async function copyToHost(device: GPUDevice, buffer: GPUBuffer, size = buffer.size): Promise<ArrayBuffer> {
  const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const bytes = staging.getMappedRange().slice(0);
  staging.destroy();
  return bytes;
}

/** Whether stages compile fast: some software drivers take seconds for each D and K. */
export function compilesFast({ lane, adapter }: LaneContext): boolean {
  return lane === 'node-swiftshader' || lane === 'chromium' || !isSoftware(adapter.info);
}

/**
 * D and K where any will do: a whole block of features and three by themselves, or, where stages compile slowly, what other
 * cases have.
 */
export function anyShape(context: LaneContext): { D: number; K: number } {
  return { D: compilesFast(context) ? 7 : 3, K: 4 };
}

/** The float64 reference, on this thread. */
export function cpuBackend(): Backend {
  return createCpuBackend();
}

/** A mixture to draw from and to start near. */
export interface Spec {
  readonly type: CovarianceType;
  readonly D: number;
  readonly K: number;
  readonly N: number;
  /** Distance of the means from their centre in standard deviations; default 4. */
  readonly separation?: number;
  /** Condition number of the components' covariances (full and tied); default 10. */
  readonly condition?: number;
  /** Where all the data lie, in standard deviations from 0; default 0. */
  readonly offset?: number;
}

/** Points, and parameters near those that they were drawn from. */
export interface Sample {
  readonly points: HostPoints;
  readonly start: MixtureParameters;
}

/** A covariance `A Aᵀ` with A = rows of random reflections of a graded diagonal, as `D × D` factor A. */
function randomFactor(D: number, condition: number, normal: () => number): Float64Array {
  const a = new Float64Array(D * D);
  for (let i = 0; i < D; i++) a[i * D + i] = condition ** (D > 1 ? i / (2 * (D - 1)) - 0.25 : 0);
  for (let reflection = 0; reflection < 2; reflection++) {
    const v = Float64Array.from({ length: D }, normal);
    const square = v.reduce((s, x) => s + x * x, 0);
    for (let j = 0; j < D; j++) {
      let dot = 0;
      for (let i = 0; i < D; i++) dot += v[i]! * a[i * D + j]!;
      for (let i = 0; i < D; i++) a[i * D + j]! -= (2 * dot * v[i]!) / square;
    }
  }
  return a;
}

function outer(a: Float64Array, D: number): Float64Array {
  return Float64Array.from({ length: D * D }, (_, at) => {
    let sum = 0;
    for (let c = 0; c < D; c++) sum += a[Math.floor(at / D) * D + c]! * a[(at % D) * D + c]!;
    return sum;
  });
}

/** Fresh random points from a mixture as described, and a start: true means off by 0.3, true covariances times 1.5. */
export function drawSample(spec: Spec, random: Random): Sample {
  const { type, D, K, N, separation = 4, condition = 10, offset = 0 } = spec;
  const normal = randomNormal.source(random.uniform)();
  const shared = randomFactor(D, condition, normal);
  const isotropic = new Float64Array(D * D).map((_, i) => (i % (D + 1) === 0 ? 1 : 0));
  const factors = Array.from({ length: K }, () => {
    if (type === 'tied') return shared;
    if (type === 'full') return randomFactor(D, condition, normal);
    const sigma = 0.5 + random.uniform();
    return isotropic.map((x) => x * sigma * (type === 'diag' ? 0.5 + random.uniform() : 1));
  });
  const scale = separation / Math.sqrt(D);
  const means = Float64Array.from({ length: K * D }, () => offset + scale * normal());
  const data = new Float64Array(N * D);
  const noise = new Float64Array(D);
  for (let n = 0; n < N; n++) {
    const k = random.below(K);
    for (let c = 0; c < D; c++) noise[c] = normal();
    for (let d = 0; d < D; d++) {
      let x = means[k * D + d]!;
      for (let c = 0; c < D; c++) x += factors[k]![d * D + c]! * noise[c]!;
      data[n * D + d] = x;
    }
  }
  const covariances = factors.map((factor) => {
    const matrix = outer(factor, D).map((x) => 1.5 * x);
    if (type === 'full' || type === 'tied') return [...matrix];
    const variances = Array.from({ length: D }, (_, d) => matrix[d * D + d]!);
    return type === 'diag' ? variances : [variances.reduce((a, b) => a + b, 0) / D];
  });
  const start = {
    weights: new Float64Array(K).fill(1 / K),
    means: means.map((m) => m + 0.3 * normal()),
    covariances: Float64Array.from((type === 'tied' ? covariances.slice(0, 1) : covariances).flat()),
  };
  return { points: { data, nFeatures: D }, start };
}

/** What a number of iterations from a start leads to, in data units, and the objective after 0, 1 … of them. */
export async function iterate<P>(
  backend: Backend,
  family: Family<P>,
  points: HostPoints,
  start: P,
  iterations: number,
) {
  const dataset = await backend.load(points, { scaling: family.scaling });
  try {
    const settings = { tol: 0, maxIter: iterations, precision: backend.precision };
    const run = new EmRun(family, dataset, family.toFrame(start, dataset.frame), settings);
    while (!run.done) await run.step();
    const { counts } = await run.expectation();
    return {
      parameters: family.toData(run.parameters, dataset.frame),
      history: run.history,
      counts,
      warnings: run.warnings,
    };
  } finally {
    dataset.destroy();
  }
}

/** One E-step and M-step. What the new parameters are worth is not asked: few points may leave no density at all. */
export async function stepOnce<P>(backend: Backend, family: Family<P>, points: HostPoints, start: P) {
  const dataset = await backend.load(points, { scaling: family.scaling });
  try {
    const settings = { tol: 0, maxIter: 1, precision: backend.precision };
    const run = new EmRun(family, dataset, family.toFrame(start, dataset.frame), settings);
    const { counts } = await run.expectation();
    await run.maximization();
    return { parameters: family.toData(run.parameters, dataset.frame), history: run.history, counts };
  } finally {
    dataset.destroy();
  }
}

/** The D × D covariance of component k as a matrix, whatever the type. */
function covarianceOf(
  { means, covariances, weights }: MixtureParameters,
  type: CovarianceType,
  k: number,
): Float64Array {
  const K = weights.length;
  const D = means.length / K;
  if (type === 'full') return covariances.slice(k * D * D, (k + 1) * D * D);
  if (type === 'tied') return covariances;
  const matrix = new Float64Array(D * D);
  for (let d = 0; d < D; d++) matrix[d * D + d] = covariances[type === 'diag' ? k * D + d : k]!;
  return matrix;
}

/** `L⁻¹ b` */
function solveLower(l: Float64Array, D: number, b: Float64Array): Float64Array {
  const y = new Float64Array(D);
  for (let i = 0; i < D; i++) {
    let sum = b[i]!;
    for (let j = 0; j < i; j++) sum -= l[i * D + j]! * y[j]!;
    y[i] = sum / l[i * D + i]!;
  }
  return y;
}

/** How far parameters are from the expected ones, in the expected components' own metric. */
export interface Distance {
  /** Largest `‖L⁻¹ Δμ‖`, in standard deviations. */
  readonly mean: number;
  /** Largest entry of `L⁻¹ ΔΣ L⁻ᵀ`. */
  readonly covariance: number;
}

/** Compares the components that hold at least `atLeast` points; the others are not told by the data. */
export function distance(
  actual: MixtureParameters,
  expected: MixtureParameters,
  type: CovarianceType,
  counts: Float64Array,
  atLeast: number,
): Distance {
  const K = expected.weights.length;
  const D = expected.means.length / K;
  let mean = 0;
  let covariance = 0;
  for (let k = 0; k < K; k++) {
    if (counts[k]! < atLeast) continue;
    const sigma = covarianceOf(expected, type, k);
    const l = cholesky(sigma, D)!;
    const dMean = expected.means.subarray(k * D, (k + 1) * D).map((m, d) => actual.means[k * D + d]! - m);
    mean = Math.max(mean, Math.hypot(...solveLower(l, D, dMean)));
    const difference = covarianceOf(actual, type, k).map((s, i) => s - sigma[i]!);
    const half = Array.from({ length: D }, (_, c) => solveLower(l, D, difference.subarray(c * D, (c + 1) * D)));
    for (let r = 0; r < D; r++) {
      for (const x of solveLower(
        l,
        D,
        Float64Array.from(half, (column) => column[r]!),
      )) {
        covariance = Math.max(covariance, Math.abs(x));
      }
    }
  }
  return { mean, covariance };
}

/** Random numbers of a case: its own stream of the run's seed. */
export function randomFor(seed: number, name: string): Random {
  let hash = seed | 0;
  for (const character of name) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) | 0;
  return seededRandom(hash);
}
