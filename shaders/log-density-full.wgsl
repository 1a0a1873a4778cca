// Log-densities of a mixture with full covariances, for one chunk of points and one batch of components:
//
//   densities[k][n] = c_k - |U_k^T (x_n - m_k) - b_k|^2          (base 2: U is scaled by sqrt(log2(e) / 2))
//
// m_k is the mean rounded to float32 and b_k what the rounding lost (seen through U_k), so that the difference is exact
// where it matters: near the component. Twins: src/backends/cpu/stages/log-density-full.ts and, for D = 2, log-density-plane.ts

#import density
#import factor
#import upper-product

// Vec per component: mean, b, U, and one that starts with c.
const STRIDE: u32 = 2u * DB + FACTOR + 1u;
// Up to so many blocks a loop has a length that compilers know, which unroll it then, so that z and y are in registers.
const UNROLLED: u32 = 8u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  if (job.count == 0u) {
    return;
  }
  let x = load_points(job.first, group.x, lane);
  var largest = maxima_so_far(group.x, lane);
  for (var k = 0u; k < batch.count; k++) {
    let base = k * STRIDE;
    var z: Points;
    for (var b = 0u; b < DB; b++) {
      let mean = parameter(base + b);
      for (var p = 0u; p < POINTS; p++) {
        z[p][b] = x[p][b] - mean;
      }
    }
    var distance = PerPoint();   // written out: Tint forgets to clear a bare var in a loop
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
    largest = write_densities(group.x, lane, k, parameter(base + STRIDE - 1u).x, distance, largest);
  }
  write_maxima(group.x, lane, largest);
}
