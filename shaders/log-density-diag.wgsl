// Log-densities of a mixture with diagonal covariances (also spherical: u_k has equal entries), for one chunk of points
// and one batch of components:
//
//   densities[k][n] = c_k - |u_k * (x_n - m_k) - b_k|^2          (base 2: u = sqrt(log2(e) / 2) / sigma)
//
// m_k is the mean rounded to float32 and b_k what the rounding lost, times u_k. Twins: src/backends/cpu/stages/log-density-diag.ts and
// log-density-spherical.ts

#import density
#import parameters

// Vec per component: mean, b, u, and one that starts with c.
const STRIDE: u32 = 3u * DB + 1u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  if (job.count == 0u) {
    return;
  }
  let x = load_points(job.first, group.x, lane);
  var largest = maxima_so_far(group.x, lane);
  for (var k = 0u; k < batch.count; k++) {
    let base = k * STRIDE;
    var distance = PerPoint();
    for (var b = 0u; b < DB; b++) {
      let mean = parameter(base + b);
      let lost = parameter(base + DB + b);
      let u = parameter(base + 2u * DB + b);
      for (var p = 0u; p < POINTS; p++) {
        let y = fma(u, x[p][b] - mean, -lost);
        distance[p] = add_inner(y, y, b, distance[p]);
      }
    }
    largest = write_densities(group.x, lane, k, parameter(base + STRIDE - 1u).x, distance, largest);
  }
  write_maxima(group.x, lane, largest);
}
