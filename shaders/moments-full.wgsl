// Weighted moments about the old means, for full and tied covariances. An invocation sums, over one run of points, for one component k, one tile
// of the second moments: block rows I = {2i, 2i + 1} times block columns J = {2j, 2j + 1}, i <= j:
//
//   second = Σ r z_I z_Jᵀ;   on the diagonal also   first = Σ r z_I   and   count = Σ r,     z = x − μ_k
//
// Neighbouring invocations take neighbouring components, so that they read the same points, and nothing has to be added up between invocations.
// Tiles are numbered (0,0) (0,1) (1,1) (0,2) … Twins: moments-full.ts and, for D = 2, moments-plane.ts in src/backends/cpu/stages/

#import job
#import point-block
#import batch

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(2) var<storage, read> means: array<Vec>;
@group(0) @binding(3) var<storage, read> points: array<Vec>;
@group(0) @binding(4) var<storage, read> densities: array<f32>;         // as `normalize` leaves them
@group(0) @binding(5) var<storage, read> scales: array<f32>;
@group(0) @binding(6) var<storage, read_write> partials: array<vec4f>;

fn add_outer(m: Mat, a: Vec, b: Vec) -> Mat {
#if WIDE
  return Mat(fma(a, Vec(b.x), m[0]), fma(a, Vec(b.y), m[1]), fma(a, Vec(b.z), m[2]), fma(a, Vec(b.w), m[3]));
#else
  return Mat(fma(a, Vec(b.x), m[0]), fma(a, Vec(b.y), m[1]));
#endif
}

// Block b of a point of the chunk, or of a mean. Blocks past the last are zero.
fn chunk_block(n: u32, b: u32) -> Vec {
  if (b < DB) {
    return point_block(job.first + n, b);
  }
  return Vec(0.0);
}

fn mean_block(k: u32, b: u32) -> Vec {
  if (b < DB) {
    return means[k * DB + b];
  }
  return Vec(0.0);
}

fn write_matrix(to: u32, m: Mat) {
#if WIDE
  for (var c = 0u; c < 4u; c++) {
    partials[to + c] = m[c];
  }
#else
  partials[to] = vec4f(m[0], m[1]);
#endif
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  if (job.count == 0u) {
    return;
  }
  let piece = lane / job.across;
  let part = group.x * job.pieces + piece;
  let k_batch = group.y * job.across + lane % job.across;
  if (k_batch >= batch.count || piece >= job.pieces || part >= job.part_count) {
    return;
  }
  let k = batch.first + k_batch;
  let row = k * job.row;
  var count = 0.0;
  var first0 = Vec(0.0);
  var m00 = Mat();
#if PAIRED
  var i = group.z;
  var j = 0u;
  for (; i > j; j++) {
    i -= j + 1u;
  }
  let off_diagonal = i != j;
  let is_last = 2u * j + 1u >= DB;   // its second block column is padding: nothing to sum
  let mean_i0 = mean_block(k, 2u * i);
  let mean_i1 = mean_block(k, 2u * i + 1u);
  let mean_j0 = mean_block(k, 2u * j);
  let mean_j1 = mean_block(k, 2u * j + 1u);
  var first1 = Vec(0.0);
  var m01 = Mat();
  var m10 = Mat();
  var m11 = Mat();
#else
  let mean = means[k];
#endif
  let start = part * job.run;
  let end = min(start + job.run, job.count);
  for (var n = start; n < end; n++) {
    let r = densities[row + n] * scales[n];
    count += r;
#if PAIRED
    let z0 = chunk_block(n, 2u * i) - mean_i0;
    let z1 = chunk_block(n, 2u * i + 1u) - mean_i1;
    var b0 = z0;
    var b1 = z1;
    let a0 = r * z0;
    let a1 = r * z1;
    if (off_diagonal) {
      b0 = chunk_block(n, 2u * j) - mean_j0;
      b1 = chunk_block(n, 2u * j + 1u) - mean_j1;
      m10 = add_outer(m10, a1, b0);
    }
    if (!is_last) {
      m01 = add_outer(m01, a0, b1);
      m11 = add_outer(m11, a1, b1);
    }
    m00 = add_outer(m00, a0, b0);
    first0 += a0;
    first1 += a1;
#else
    let z = point_block(job.first + n, 0u) - mean;
    let a = r * z;
    m00 = add_outer(m00, a, z);
    first0 += a;
#endif
  }

  // A tile has SUMS vec4f, in this order.
  let to = ((part * batch.count + k_batch) * TILES + group.z) * SUMS;
  write_matrix(to, m00);
#if PAIRED
  write_matrix(to + 4u, m01);
  write_matrix(to + 8u, m11);
  partials[to + 12u] = first0;
  partials[to + 13u] = first1;
  partials[to + 14u] = vec4f(count);
  if (TILES > 1u) {
    write_matrix(to + 15u, m10);
  }
#elif WIDE
  partials[to + 4u] = first0;
  partials[to + 5u] = vec4f(count);
#else
  partials[to + 1u] = vec4f(first0, count, 0.0);
#endif
}
