// Weighted moments about the old means, feature by feature, for diagonal and spherical covariances. An invocation sums, over one run of points, for
// two components k and two blocks b of features:
//
//   first = Σ r z_b,   second = Σ r z_b²,   count = Σ r,     z = x − μ_k
//
// Neighbouring invocations take neighbouring components, so that they read the same points. They take two components at once, because the
// arithmetic for one takes less time than reading a point. Twin: src/backends/cpu/stages/moments-diag.ts

#import job
#import point-block
#import batch

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(2) var<storage, read> means: array<Vec>;
@group(0) @binding(3) var<storage, read> points: array<Vec>;
@group(0) @binding(4) var<storage, read> densities: array<f32>;         // as `normalize` leaves them
@group(0) @binding(5) var<storage, read> scales: array<f32>;
@group(0) @binding(6) var<storage, read_write> partials: array<vec4f>;

const COMPONENTS: u32 = 2u;

struct Sums {
  count: f32,
  first0: Vec,
  second0: Vec,
#if PAIRED
  first1: Vec,
  second1: Vec,
#endif
}

// A tile has SUMS vec4f, in this order.
fn write(to: u32, s: Sums) {
#if PAIRED
  partials[to] = s.first0;
  partials[to + 1u] = s.first1;
  partials[to + 2u] = s.second0;
  partials[to + 3u] = s.second1;
  partials[to + 4u] = vec4f(s.count);
#elif WIDE
  partials[to] = s.first0;
  partials[to + 1u] = s.second0;
  partials[to + 2u] = vec4f(s.count);
#else
  partials[to] = vec4f(s.first0, s.second0);
  partials[to + 1u] = vec4f(s.count);
#endif
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  if (job.count == 0u) {
    return;
  }
  let piece = lane / job.across;
  let part = group.x * job.pieces + piece;
  let k_first = group.y * job.across * COMPONENTS + lane % job.across;   // within the batch
  if (k_first >= batch.count || piece >= job.pieces || part >= job.part_count) {
    return;
  }
  // Where there is no second component, the first is summed and written twice.
  let ks = array<u32, COMPONENTS>(k_first, select(k_first, k_first + job.across, k_first + job.across < batch.count));
  let b0 = group.z * 2u;
  let b1 = min(b0 + 1u, DB - 1u);   // summed twice where DB is odd; the host reads only the first
  var mean0: array<Vec, COMPONENTS>;
  var mean1: array<Vec, COMPONENTS>;
  var row: array<u32, COMPONENTS>;
  for (var c = 0u; c < COMPONENTS; c++) {
    let k = batch.first + ks[c];
    mean0[c] = means[k * DB + b0];
    mean1[c] = means[k * DB + b1];
    row[c] = k * job.row;
  }
  var sums = array<Sums, COMPONENTS>();
  let start = part * job.run;
  let end = min(start + job.run, job.count);
  for (var n = start; n < end; n++) {
    let scale = scales[n];
    let x0 = point_block(job.first + n, b0);
#if PAIRED
    let x1 = point_block(job.first + n, b1);
#endif
    for (var c = 0u; c < COMPONENTS; c++) {
      let r = densities[row[c] + n] * scale;
      let z0 = x0 - mean0[c];
      let a0 = r * z0;
      sums[c].count += r;
      sums[c].first0 += a0;
      sums[c].second0 = fma(a0, z0, sums[c].second0);
#if PAIRED
      let z1 = x1 - mean1[c];
      let a1 = r * z1;
      sums[c].first1 += a1;
      sums[c].second1 = fma(a1, z1, sums[c].second1);
#endif
    }
  }
  for (var c = 0u; c < COMPONENTS; c++) {
    write(((part * batch.count + ks[c]) * TILES + group.z) * SUMS, sums[c]);
  }
}
