// Log-densities of a mixture whose components share one covariance. A point is transformed once, y = Uᵀ x, and then compared with the transformed
// means:
//
//   densities[k][n] = logNormalizer_k − |y_n − b_k|²,   b_k = Uᵀ μ_k          (base 2: U times sqrt(log2(e) / 2), logNormalizer_k times log2(e))
//
// Twins: log-density-tied.ts and, for the distances, log-density-spherical.ts in src/backends/cpu/stages/. They subtract the mean of all
// μ_k before they transform, to keep y small. This shader does not: where a transformed mean is far out, the model takes log-density-full.wgsl
// instead (tiedFar in src/backends/webgpu/kernels.ts).

#import density
#import factor

// The batch starts with U. Then Vec per component: mean (for the sums), b, and one that starts with the log-normalizer.
const STRIDE: u32 = 2u * DB + 1u;

fn transform(x: Points) -> Points {
  var y = Points();
  for (var j = 0u; j < DB; j++) {
    for (var i = 0u; i <= j; i++) {
      let u = factor_block(0u, i, j);
      for (var p = 0u; p < POINTS; p++) {
        y[p][j] = add_product(u, x[p][i], y[p][j]);
      }
    }
  }
  return y;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let y = transform(load_points(job.first, group.x, lane));
  var peak = peaks_so_far(group.x, lane);
  for (var k = 0u; k < batch.count; k++) {
    let base = FACTOR + k * STRIDE;
    var distance = PerPoint();   // with `()`: Tint does not clear a bare var in every iteration
    for (var b = 0u; b < DB; b++) {
      let mean = parameter(base + DB + b);   // transformed: b_k
      for (var p = 0u; p < POINTS; p++) {
        let difference = y[p][b] - mean;
        distance[p] = add_inner(difference, difference, b, distance[p]);
      }
    }
    peak = write_densities(group.x, lane, k, parameter(base + STRIDE - 1u).x, distance, peak);
  }
  write_peaks(group.x, lane, peak);
}
