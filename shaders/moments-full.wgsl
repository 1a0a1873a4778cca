// Weighted moments about the old means, for full and tied covariances. A workgroup sums, over one slab of points, for one
// component k, one tile of the second moments: block rows I = {2i, 2i + 1} times block columns J = {2j, 2j + 1}, i <= j:
//
//   second = sum r z_I z_J^T;   on the diagonal also   first = sum r z_I   and   count = sum r,     z = x - m_k
//
// Each invocation adds up every 64th point (at most 64 terms), then the workgroup adds up its invocations. Tiles are numbered
// (0,0) (0,1) (1,1) (0,2) … Twin: src/backends/cpu/stages/moments-full.ts

#import job
#import vector
#import sum

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> means: array<Vec>;
@group(0) @binding(2) var<storage, read> points: array<Vec>;
@group(0) @binding(3) var<storage, read> responsibilities: array<f32>;
@group(0) @binding(4) var<storage, read_write> partials: array<vec4f>;

fn add_outer(m: Mat, a: Vec, b: Vec) -> Mat {
#if WIDE
  return Mat(fma(a, Vec(b.x), m[0]), fma(a, Vec(b.y), m[1]), fma(a, Vec(b.z), m[2]), fma(a, Vec(b.w), m[3]));
#else
  return Mat(fma(a, Vec(b.x), m[0]), fma(a, Vec(b.y), m[1]));
#endif
}

#if PAIRED
// Block `b` of point `n` minus that of the mean; blocks past the last are zero.
fn deviation(n: u32, k: u32, b: u32) -> Vec {
  if (b < DB) {
    return points[block_index(n, b)] - means[k * DB + b];
  }
  return Vec(0.0);
}
#endif

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let k = job.batch_first + group.y;
  let start = group.x * job.slab;
  let end = min(start + job.slab, job.count);
  var count = 0.0;
  var first0 = Vec(0.0);
  var m00 = Mat();
#if PAIRED
  var i = group.z;
  var j = 0u;
  for (; i > j; j++) {
    i -= j + 1u;
  }
  let diagonal = i == j;
  var first1 = Vec(0.0);
  var m01 = Mat();
  var m10 = Mat();
  var m11 = Mat();
#endif
  for (var n = start + lane; n < end; n += 64u) {
    let r = responsibilities[k * job.row + n];
#if PAIRED
    let at = job.first + n;
    let a0 = r * deviation(at, k, 2u * i);
    let a1 = r * deviation(at, k, 2u * i + 1u);
    let b0 = deviation(at, k, 2u * j);
    let b1 = deviation(at, k, 2u * j + 1u);
    m01 = add_outer(m01, a0, b1);
    m11 = add_outer(m11, a1, b1);
    if (!diagonal) {
      m10 = add_outer(m10, a1, b0);
    }
    first1 += a1;
#else
    let b0 = points[block_index(job.first + n, 0u)] - means[k];
    let a0 = r * b0;
#endif
    m00 = add_outer(m00, a0, b0);
    first0 += a0;
    count += r;
  }

  // SUMS: vec4f per tile, in the order written here.
  let part = group.x * PARTS + part_of(lane);
  let to = ((part * job.components + k) * TILES + group.z) * SUMS + vector_of(lane);
#if PAIRED
  let s00 = sum_over_workgroup(lane, m00[0], m00[1], m00[2], m00[3]);
  let s01 = sum_over_workgroup(lane, m01[0], m01[1], m01[2], m01[3]);
  let s11 = sum_over_workgroup(lane, m11[0], m11[1], m11[2], m11[3]);
  let s = sum_over_workgroup(lane, first0, first1, vec4f(count), vec4f(0.0));
  if (has_sum(lane)) {
    partials[to] = s00;
    partials[to + 4u] = s01;
    partials[to + 8u] = s11;
    partials[to + 12u] = s;
  }
  if (TILES > 1u) {
    let s10 = sum_over_workgroup(lane, m10[0], m10[1], m10[2], m10[3]);
    if (has_sum(lane)) {
      partials[to + 16u] = s10;
    }
  }
#elif WIDE
  let s00 = sum_over_workgroup(lane, m00[0], m00[1], m00[2], m00[3]);
  let s = sum_over_workgroup(lane, first0, vec4f(count), vec4f(0.0), vec4f(0.0));
  if (has_sum(lane)) {
    partials[to] = s00;
    partials[to + 4u] = s;
  }
#else
  let s = sum_over_workgroup(lane, vec4f(m00[0], m00[1]), vec4f(first0, count, 0.0), vec4f(0.0), vec4f(0.0));
  if (has_sum(lane)) {
    partials[to] = s;
  }
#endif
}
