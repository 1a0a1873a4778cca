// Log-densities of a mixture with full covariances, for one chunk of points and one batch of components:
//
//   densities[k][n] = logNormalizer_k − |U_kᵀ (x_n − μ_k) − b_k|²          (base 2: U times sqrt(log2(e) / 2), logNormalizer_k times log2(e))
//
// μ_k is the mean rounded to float32, and b_k is U_kᵀ times what the rounding lost: so the difference is exact where it matters, near the
// component. Twins: log-density-full.ts and, for D = 2, log-density-plane.ts in src/backends/cpu/stages/

#import density
#import factor
#import upper-product

// Vec per component: mean, b, U, and one that starts with the log-normalizer.
const STRIDE: u32 = 2u * DB + FACTOR + 1u;
// Up to this many blocks the loop's length is a constant: compilers then unroll it and keep z and y in registers.
const UNROLLED: u32 = 8u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  if (job.count == 0u) {
    return;
  }
  let x = load_points(job.first, group.x, lane);
  var peak = peaks_so_far(group.x, lane);
  for (var k = 0u; k < batch.count; k++) {
    let base = k * STRIDE;
    var z: Points;
    for (var b = 0u; b < DB; b++) {
      let mean = parameter(base + b);
      for (var p = 0u; p < POINTS; p++) {
        z[p][b] = x[p][b] - mean;
      }
    }
    var distance = PerPoint();   // with `()`: Tint does not clear a bare var in every iteration
    for (var j = 0u; j < DB; j++) {
      let lost = parameter(base + DB + j);
      var y: array<Vec, POINTS>;
      for (var p = 0u; p < POINTS; p++) {
        y[p] = -lost;
      }
      for (var i = 0u; i < select(j + 1u, DB, DB <= UNROLLED); i++) {
        if (i <= j) {
          let u = factor_block(base + 2u * DB, i, j);
          for (var p = 0u; p < POINTS; p++) {
            if (i == j) {
              y[p] = add_upper_product(u, z[p][i], y[p]);
            } else {
              y[p] = add_product(u, z[p][i], y[p]);
            }
          }
        }
      }
      for (var p = 0u; p < POINTS; p++) {
        distance[p] = add_inner(y[p], y[p], j, distance[p]);
      }
    }
    peak = write_densities(group.x, lane, k, parameter(base + STRIDE - 1u).x, distance, peak);
  }
  write_peaks(group.x, lane, peak);
}
