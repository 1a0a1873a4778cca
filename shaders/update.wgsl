// k-centers: the sums of each cluster's points about its old centre. An invocation owns one block b of features and one run of points. It adds the
// run, point by point, to the cluster k that the label names:
//
//   first[k]_b += z_b,   z = x − c_k;   in the block after the last:   (count, inertia)[k] += (1, |z|²)
//
// all times the point's weight where there are weights (WEIGHTED).
//
// The invocation's cells lie in workgroup memory; no other invocation touches them. A workgroup consists of `blocks` × `pieces` invocations, and
// takes `across` clusters. Twins: update and (WEIGHTED) updateWeighted in src/backends/cpu/stages/update.ts

#import job
#import point-block
#import batch

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(2) var<storage, read> centers: array<Vec>;
@group(0) @binding(3) var<storage, read> points: array<Vec>;
@group(0) @binding(4) var<storage, read> labels: array<u32>;
@group(0) @binding(5) var<storage, read> nearest: array<f32>;
@group(0) @binding(6) var<storage, read_write> partials: array<Vec>;

#if WEIGHTED
@group(0) @binding(7) var<storage, read> weights: array<f32>;             // one per point of the window
#endif

// 16 KiB: the workgroup memory that every adapter has.
const CELLS: u32 = 4096u / W;
const BLOCKS: u32 = DB + 1u;

var<workgroup> sh_cells: array<Vec, CELLS>;

fn term(n: u32, k: u32, b: u32) -> Vec {
  if (b < DB) {
    return point_block(job.first + n, b) - centers[k * DB + b];
  }
#if WIDE
  return Vec(1.0, nearest[n], 0.0, 0.0);
#else
  return Vec(1.0, nearest[n]);
#endif
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let b = group.z * job.blocks + lane % job.blocks;
  let piece = lane / job.blocks;
  let part = group.x * job.pieces + piece;
  if (b >= BLOCKS || piece >= job.pieces || part >= job.part_count) {
    return;
  }
  let k_first = batch.first + group.y * job.across;
  let k_count = min(job.across, batch.first + batch.count - k_first);
  let cells = job.blocks * job.pieces;   // of one cluster
  for (var k = 0u; k < k_count; k++) {
    sh_cells[k * cells + lane] = Vec(0.0);
  }
  let start = part * job.run;
  let end = min(start + job.run, job.count);
  for (var n = start; n < end; n++) {
    let k = labels[n] - k_first;   // wraps around to a large number for clusters before k_first
    if (k < k_count) {
#if WEIGHTED
      sh_cells[k * cells + lane] += weights[job.first + n] * term(n, k_first + k, b);
#else
      sh_cells[k * cells + lane] += term(n, k_first + k, b);
#endif
    }
  }
  for (var k = 0u; k < k_count; k++) {
    let to = (part * batch.count + group.y * job.across + k) * BLOCKS + b;
    partials[to] = sh_cells[k * cells + lane];
  }
}
