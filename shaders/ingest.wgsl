// Brings rows of float32 numbers into the dataset's frame, and to where shared/point-block.wgsl looks for them:
//
//   points[n][d] = (rows[n][d] − shift_d) factor_d
//
// Infinities, NaN and numbers far outside the frame are recognised by their bits (WGSL leaves arithmetic on infinities undefined), counted, and
// replaced by 0. With BROUGHT_NEAR those far outside are brought to its edge instead; with SAMPLED, where there is no frame yet, none is far.
// Twin: src/backends/cpu/ingest.ts

#import job
#import vector

struct Rejected {
  count: atomic<u32>,
  first: atomic<u32>,   // the first bad element: row * D + feature, counted from the start of the window
}

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> frame: array<vec2f>;            // shift and factor, one for each padded feature
@group(0) @binding(2) var<storage, read> rows: array<u32>;               // bits of float32, from the chunk's first row on
@group(0) @binding(3) var<storage, read_write> points: array<f32>;
@group(0) @binding(4) var<storage, read_write> rejected: Rejected;

// Bits of the exponent; all are set in infinities and NaN.
const EXPONENT: u32 = 0x7f800000u;
// The exponent of 2^40, the largest that is let in. In a frame computed from all N points no |z| exceeds √(2N): x is at most √N standard deviations
// from the mean, and the scale is within a factor of √2 of the deviation. A frame from a sample does not fit data with larger |z|, and the
// sums of their squares could overflow.
#if SAMPLED
const LARGEST: u32 = EXPONENT;
#else
const LARGEST: u32 = 0x53800000u;
#endif
const EDGE: f32 = 0x1p40f;

// Where feature d of a point lies. Numbers are written one by one, because a partial write to a vector may write all of it.
fn place_of(n: u32, d: u32) -> u32 {
  let lane = n & 255u;
  let block = ((n >> 8u) * D + d - d % W) * 256u;
  return block + select(d % W * 256u + lane, lane * W + d % W, d < D - D % W);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let n = group.x * 64u + lane;
  let d = group.y * W;
  if (n >= job.count) {
    return;
  }
  var x = Vec(0.0);
  var count = 0u;
  var first = D;
  for (var i = 0u; i < W; i++) {
    let bits = rows[n * D + min(d + i, D - 1u)];
    var z = (bitcast<f32>(bits) - frame[d + i].x) * frame[d + i].y;
    // Both the number and what it becomes are judged.
    var is_bad = (bits & EXPONENT) == EXPONENT;
    let is_far = (bitcast<u32>(z) & EXPONENT) > LARGEST;
#if BROUGHT_NEAR
    z = select(z, select(EDGE, -EDGE, bitcast<f32>(bits) < frame[d + i].x), is_far);
#else
    is_bad = is_bad || is_far;
#endif
    let exists = d + i < D;
    x[i] = select(0.0, z, exists && !is_bad);
    count += select(0u, 1u, exists && is_bad);
    first = min(first, select(D, d + i, exists && is_bad));
  }
  for (var i = 0u; i < min(W, D - d); i++) {
    points[place_of(job.first + n, d + i)] = x[i];
  }
  if (count > 0u) {   // once per invocation: on software adapters atomics cost time even in a branch that is not taken
    atomicAdd(&rejected.count, count);
    atomicMin(&rejected.first, (job.first + n) * D + first);
  }
}
