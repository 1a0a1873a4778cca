// The M-step of a mixture with diagonal covariances (SPHERICAL: one variance per component) on the device, in float32, for a stretch of
// iterations without the host:
//
//   μ' = μ + δ,   δ = first / count,   σ'² = second / count − δ² + regularizer
//
// Where a component has few points, or a deviation is tiny beside its mean, float32 will not do: the stretch ends, and the host takes over in
// float64. Twins: src/families/gaussian.ts (with covariance.ts), and packDiag in src/backends/webgpu/pack.ts

#import finalize

// Floats per component: mean, b, u, and W that start with the log-normalizer.
const PADDED: u32 = DB * W;
const STRIDE: u32 = 3u * PADDED + W;

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) k: u32) {
  if (ended(k)) {
    return;
  }
  var mean: array<f32, D>;
  var variance: array<f32, D>;
  var count = stretch.n;
  var sound = true;
  if (k < job.components) {
    count = max(count_of(k), stretch.least_count);
    sound = count > stretch.least_count;
    var trace = 0.0;
    for (var d = 0u; d < D; d++) {
      let delta = first_of(k, d) / count;
      mean[d] = means[k * PADDED + d] + delta;
      let spread = max(0.0, second_of(k, d) / count - delta * delta);
      variance[d] = spread + stretch.regularizer[d];
      trace += spread;
    }
#if SPHERICAL
    for (var d = 0u; d < D; d++) {
      variance[d] = trace / f32(D) + stretch.regularizer[0];
    }
#endif
    for (var d = 0u; d < D; d++) {
      sound = sound && variance[d] > 0.0 && resolves(mean[d], sqrt(variance[d]));
    }
  }
  if (!goes_on(k, sound) || k >= job.components) {
    return;
  }
  let base = HEADER + k * STRIDE;
  var log_normalizer = log2(count / stretch.n) + stretch.normalizer;
  for (var d = 0u; d < D; d++) {
    means[k * PADDED + d] = mean[d];
    parameters[base + d] = mean[d];
    parameters[base + PADDED + d] = 0.0;   // b: these means are float32, so rounding loses nothing
    parameters[base + 2u * PADDED + d] = BASE2 * inverseSqrt(variance[d]);
    log_normalizer -= 0.5 * log2(variance[d]);
  }
  parameters[base + STRIDE - W] = log_normalizer;
}
