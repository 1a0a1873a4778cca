// Log-densities of a mixture with full covariances, for one chunk of points and one batch of components:
//
//   densities[k][n] = c_k - |U_k^T (x_n - m_k) - b_k|^2          (base 2: U is scaled by sqrt(log2(e) / 2))
//
// m_k is the mean rounded to float32 and b_k what the rounding lost (seen through U_k), so that the difference is exact
// where it matters: near the component. Twin: src/backends/cpu/stages/log-density-full.ts

#import job
#import factor

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(2) var<storage, read> points: array<Vec>;
@group(0) @binding(3) var<storage, read_write> densities: array<f32>;

// Vec per component: mean, b, U, and one that starts with c.
const STRIDE: u32 = 2u * DB + FACTOR + 1u;

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
    var z: array<Vec, DB>;
    for (var b = 0u; b < DB; b++) {
      z[b] = x[b] - parameter(base + b);
    }
    var distance = 0.0;
    for (var j = 0u; j < DB; j++) {
      var y = -parameter(base + DB + j);
      for (var i = 0u; i <= j; i++) {
        y = add_product(factor_block(base + 2u * DB, i, j), z[i], y);
      }
      distance += dot(y, y);
    }
    densities[(job.batch_first + k) * job.row + n] = parameter(base + STRIDE - 1u).x - min(distance, MAX_DISTANCE);
  }
}
