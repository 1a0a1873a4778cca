import type { Frame } from '../../src/data/frame.ts';
import type { KernelKind, KernelParameters } from '../../src/em/types.ts';

/**
 * Unit-variance groups about centers uniform in a cube of side 6: neighbours overlap, so that iterations have work to
 * do. The start, the first K points, is far enough from any answer that k-means does not stop early.
 */
export function makePoints(nSamples: number, nFeatures: number, nComponents: number) {
  const next = uniforms();
  const centers = Float64Array.from({ length: nComponents * nFeatures }, () => 6 * next());
  const data = new Float32Array(nSamples * nFeatures);
  for (let n = 0; n < nSamples; n++) {
    const k = Math.floor(next() * nComponents);
    for (let i = 0; i < nFeatures; i++) {
      // Twelve uniform numbers make a fair bell.
      let bell = -6;
      for (let term = 0; term < 12; term++) bell += next();
      data[n * nFeatures + i] = centers[k * nFeatures + i]! + bell;
    }
  }
  return { data, start: Float64Array.from(data.subarray(0, centers.length)) };
}

/** Equal weights, the given centers and unit covariances, in the frame. */
export function startParameters(
  kind: KernelKind,
  centers: Float64Array,
  frame: Frame,
  nComponents: number,
): KernelParameters {
  const d = frame.shift.length;
  const scale = frame.scale[0]!;
  const square = (at: number) => (at % (d + 1) === 0 ? scale : 0);
  const factors = {
    full: () => Float64Array.from({ length: nComponents * d * d }, (_, at) => square(at % (d * d))),
    tied: () => Float64Array.from({ length: d * d }, (_, at) => square(at)),
    diag: () => new Float64Array(nComponents * d).fill(scale),
    spherical: () => new Float64Array(nComponents).fill(scale),
    'k-means': () => new Float64Array(0),
  };
  const logNormalizer = d * (Math.log(scale) - 0.5 * Math.log(2 * Math.PI)) - Math.log(nComponents);
  return {
    kind,
    nComponents,
    nFeatures: d,
    means: centers.map((c, at) => (c - frame.shift[at % d]!) / scale),
    precisionsCholesky: factors[kind](),
    logNormalizers: new Float64Array(kind === 'k-means' ? 0 : nComponents).fill(logNormalizer),
  };
}

/** Uniform numbers in [0, 1): xorshift32. */
function uniforms(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
