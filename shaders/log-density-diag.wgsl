// Log-densities of a mixture with diagonal covariances (also spherical: u_k has equal entries), for one chunk of points
// and one batch of components:
//
//   densities[k][n] = c_k - |u_k * (x_n - m_k) - b_k|^2          (base 2: u = sqrt(log2(e) / 2) / sigma)
//
// m_k is the mean rounded to float32 and b_k what the rounding lost, times u_k. Twins: src/backends/cpu/stages/log-density-diag.ts and
// log-density-spherical.ts

#import job
#import vector
#import parameters

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(2) var<storage, read> points: array<Vec>;
@group(0) @binding(3) var<storage, read_write> densities: array<f32>;

// Vec per component: mean, b, u, and one that starts with c.
const STRIDE: u32 = 3u * DB + 1u;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= job.count) {
    return;
  }
  var x: array<Vec, DB>;
  for (var b = 0u; b < DB; b++) {
    x[b] = points[block_index(job.first + n, b)];
  }
  for (var k = 0u; k < job.batch_count; k++) {
    let base = k * STRIDE;
    var distance = 0.0;
    for (var b = 0u; b < DB; b++) {
      let y = fma(parameter(base + 2u * DB + b), x[b] - parameter(base + b), -parameter(base + DB + b));
      distance += dot(y, y);
    }
    densities[(job.batch_first + k) * job.row + n] = parameter(base + STRIDE - 1u).x - min(distance, MAX_DISTANCE);
  }
}
