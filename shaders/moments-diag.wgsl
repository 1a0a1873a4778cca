// Weighted moments about the old means, feature by feature: for diagonal and spherical covariances, and (HARD) for
// k-means, where a point belongs to the one cluster its label names. A workgroup sums, over one slab of points, for one
// component k, two blocks b of features:
//
//   first = sum r z_b,   second = sum r z_b^2,   count = sum r,     z = x - m_k
//
// Each invocation adds up every 64th point (at most 64 terms), then the workgroup adds up its invocations.
// Twin: src/backends/cpu/stages/moments-diag.ts

#import job
#import vector
#import sum

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> means: array<Vec>;
@group(0) @binding(2) var<storage, read> points: array<Vec>;
#if HARD
@group(0) @binding(3) var<storage, read> labels: array<u32>;
#else
@group(0) @binding(3) var<storage, read> responsibilities: array<f32>;
#endif
@group(0) @binding(4) var<storage, read_write> partials: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let k = job.batch_first + group.y;
  let b0 = group.z * 2u;
  let b1 = min(b0 + 1u, DB - 1u);   // summed twice where DB is odd; the host looks at the first only
  let mean0 = means[k * DB + b0];
  let mean1 = means[k * DB + b1];
  let start = group.x * job.slab;
  let end = min(start + job.slab, job.count);
  var count = 0.0;
  var first0 = Vec(0.0);
  var first1 = Vec(0.0);
  var second0 = Vec(0.0);
  var second1 = Vec(0.0);
  for (var n = start + lane; n < end; n += 64u) {
#if HARD
    if (labels[n] != k) {
      continue;
    }
    let r = 1.0;
#else
    let r = responsibilities[k * job.row + n];
#endif
    let z0 = points[block_index(job.first + n, b0)] - mean0;
    let a0 = r * z0;
    first0 += a0;
    second0 = fma(a0, z0, second0);
#if PAIRED
    let z1 = points[block_index(job.first + n, b1)] - mean1;
    let a1 = r * z1;
    first1 += a1;
    second1 = fma(a1, z1, second1);
#endif
    count += r;
  }

  // SUMS: vec4f per tile, in the order written here.
  let part = group.x * PARTS + part_of(lane);
  let to = ((part * job.components + k) * TILES + group.z) * SUMS + vector_of(lane);
#if PAIRED
  let s = sum_over_workgroup(lane, first0, first1, second0, second1);
  let c = sum_over_workgroup(lane, vec4f(count), vec4f(0.0), vec4f(0.0), vec4f(0.0));
  if (has_sum(lane)) {
    partials[to] = s;
    partials[to + 4u] = c;
  }
#elif WIDE
  let s = sum_over_workgroup(lane, first0, second0, vec4f(count), vec4f(0.0));
  if (has_sum(lane)) {
    partials[to] = s;
  }
#else
  let s = sum_over_workgroup(lane, vec4f(first0, second0), vec4f(count), vec4f(0.0), vec4f(0.0));
  if (has_sum(lane)) {
    partials[to] = s;
  }
#endif
}
