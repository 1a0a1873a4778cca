// Log-densities of a mixture whose components share one covariance. A point is transformed once, y = U^T x, and then
// compared with the transformed means:
//
//   densities[k][n] = c_k - |y_n - b_k|^2,   b_k = U^T m_k          (base 2: U is scaled by sqrt(log2(e) / 2))
//
// Twin: src/backends/cpu/stages/log-density-tied.ts

#import density
#import factor

// The batch starts with U; then Vec per component: mean (for sums), b, and one that starts with c.
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
  var largest = maxima_so_far(group.x, lane);
  for (var k = 0u; k < batch.count; k++) {
    let base = FACTOR + k * STRIDE;
    var distance = PerPoint();   // written out: Tint forgets to clear a bare var in a loop
    for (var b = 0u; b < DB; b++) {
      let center = parameter(base + DB + b);
      for (var p = 0u; p < POINTS; p++) {
        let difference = y[p][b] - center;
        distance[p] = add_inner(difference, difference, b, distance[p]);
      }
    }
    largest = write_densities(group.x, lane, k, parameter(base + STRIDE - 1u).x, distance, largest);
  }
  write_maxima(group.x, lane, largest);
}
