// Log-densities of a mixture whose components share one covariance. A point is transformed once, y = U^T x, and then
// compared with the transformed means:
//
//   densities[k][n] = c_k - |y_n - b_k|^2,   b_k = U^T m_k          (base 2: U is scaled by sqrt(log2(e) / 2))
//
// Twin: src/backends/cpu/stages/log-density-tied.ts

#import job
#import factor

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(2) var<storage, read> points: array<Vec>;
@group(0) @binding(3) var<storage, read_write> densities: array<f32>;

// The batch starts with U; then Vec per component: b, and one that starts with c.
const STRIDE: u32 = DB + 1u;

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
  var y: array<Vec, DB>;
  for (var j = 0u; j < DB; j++) {
    var sum = Vec(0.0);
    for (var i = 0u; i <= j; i++) {
      sum = add_product(factor_block(0u, i, j), x[i], sum);
    }
    y[j] = sum;
  }
  for (var k = 0u; k < job.batch_count; k++) {
    let base = FACTOR + k * STRIDE;
    var distance = 0.0;
    for (var b = 0u; b < DB; b++) {
      let difference = y[b] - parameter(base + b);
      distance += dot(difference, difference);
    }
    densities[(job.batch_first + k) * job.row + n] = parameter(base + DB).x - min(distance, MAX_DISTANCE);
  }
}
