// Brings rows of float32 numbers home: tiles of 256 points, blocks of W features, padded with zeros, in the dataset's frame.
//
//   points[n][d] = (rows[n][d] - shift_d) * factor_d
//
// Infinities, NaN and numbers too large to be squared are told by their bits (arithmetic on infinities is undefined in
// WGSL), counted and not let in.
// Twin: src/backends/cpu/stages/ingest.ts

#import job
#import vector

struct Rejected {
  count: atomic<u32>,
  first: atomic<u32>,   // the lowest bad element: row * D + feature, counted from the start of the window
}

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> frame: array<vec2f>;            // shift and factor, D of them
@group(0) @binding(2) var<storage, read> rows: array<u32>;               // bits of float32, from the chunk's first row on
@group(0) @binding(3) var<storage, read_write> points: array<Vec>;
@group(0) @binding(4) var<storage, read_write> rejected: Rejected;

fn element(n: u32, d: u32) -> f32 {
  if (d >= D) {
    return 0.0;
  }
  let bits = rows[n * D + d];
  let x = (bitcast<f32>(bits) - frame[d].x) * frame[d].y;
  // The exponent of the number itself, and of what it becomes: beyond 2^63 squares leave float32.
  if ((bits & 0x7f800000u) == 0x7f800000u || (bitcast<u32>(x) & 0x7f800000u) > 0x5f000000u) {
    atomicAdd(&rejected.count, 1u);
    atomicMin(&rejected.first, (job.first + n) * D + d);
    return 0.0;
  }
  return x;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  let b = id.y;
  if (n >= job.count) {
    return;
  }
  let d = b * W;
#if WIDE
  let x = Vec(element(n, d), element(n, d + 1u), element(n, d + 2u), element(n, d + 3u));
#else
  let x = Vec(element(n, d), element(n, d + 1u));
#endif
  points[block_index(job.first + n, b)] = x;
}
