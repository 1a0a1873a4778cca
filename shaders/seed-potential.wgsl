// k-means++ seeding: for each of some candidates for the next centre, the sum to which it would bring the values that seed-distance.wgsl keeps. A
// workgroup goes over one tile of 256 positions. `rows` and `values` are bound from the first of the dispatch's tiles on.
//
//   sums[0][tile] += Σ_i values[i],   sums[1 + c][tile] += Σ_i min(values[i], w_rows[i] Σ_d weights_d (x_rows[i],d − candidate_c,d)²)
//
// Before the first centre (`fresh`) there is no minimum. A tile whose points lie in two windows is gone over once for each.
// Twins: src/backends/cpu/seeding.ts and stages/seed-distance.ts

#import seeding

@group(0) @binding(4) var<storage, read> values: array<f32>;
@group(0) @binding(5) var<storage, read_write> sums: array<f32>;         // rows of `row` tiles
#if WEIGHTED
@group(0) @binding(6) var<storage, read> weights: array<f32>;            // one per point of the window
#endif

const LANES: u32 = 64u;
const SLOTS: u32 = 17u * LANES;   // without a candidate, and with each of at most 16

var<workgroup> sh_sums: array<f32, SLOTS>;

// A point's value: as it is now (c = 0), or with candidate c - 1 added.
fn value_with(c: u32, row: u32, now: f32) -> f32 {
  if (c == 0u) {
    return now;
  }
  var value = squared_distance(row, c - 1u);
#if WEIGHTED
  value *= weights[row];
#endif
  return select(min(now, value), value, job.fresh == 1u);
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let start = group.x * 256u;
  let end = min(start + 256u, job.first + job.count);
  for (var c = 0u; c <= batch.count; c++) {
    sh_sums[c * LANES + lane] = 0.0;
  }
  // All candidates for one point, then for the next: so each point is read from memory once.
  for (var at = start + lane; at < end; at += LANES) {
    if (at >= job.first) {
      let row = rows[at];
      let now = values[at];
      for (var c = 0u; c <= batch.count; c++) {
        sh_sums[c * LANES + lane] += value_with(c, row, now);
      }
    }
  }
  for (var half = LANES / 2u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (lane < half) {
      for (var c = 0u; c <= batch.count; c++) {
        sh_sums[c * LANES + lane] += sh_sums[c * LANES + lane + half];
      }
    }
  }
  workgroupBarrier();
  if (lane <= batch.count) {
    sums[lane * job.row + job.tile_first + group.x] += sh_sums[lane * LANES];
  }
}
