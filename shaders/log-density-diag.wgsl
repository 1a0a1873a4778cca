// Log-densities of a mixture with diagonal covariances (also spherical ones: the entries of u_k are equal then), for one chunk of points and one
// batch of components:
//
//   densities[k][n] = logNormalizer_k − |u_k (x_n − μ_k) − b_k|²          (base 2: u = sqrt(log2(e) / 2) / σ, logNormalizer_k times log2(e))
//
// μ_k is the mean rounded to float32, and b_k what the rounding lost, times u_k: so the difference is exact where it matters, near the
// component. Twins: log-density-diag.ts and log-density-spherical.ts in src/backends/cpu/stages/

#import density
#import parameters

// Vec per component: mean, b, u, and one that starts with the log-normalizer.
const STRIDE: u32 = 3u * DB + 1u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  if (job.count == 0u) {
    return;
  }
  let x = load_points(job.first, group.x, lane);
  var peak = peaks_so_far(group.x, lane);
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
    peak = write_densities(group.x, lane, k, parameter(base + STRIDE - 1u).x, distance, peak);
  }
  write_peaks(group.x, lane, peak);
}
