// k-means++ seeding: takes a new centre c into account. `values` keeps for each position i the squared distance from its point to the nearest
// centre so far, times the point's weight (WEIGHTED):
//
//   values[i] = min(values[i], w_rows[i] Σ_d weights_d (x_rows[i],d − c_d)²)
//
// The first centre's distances replace what was there (`fresh`). Before it, all distances count as 1 (`offset` is 1, and weights_d is 0).
// Twins: src/backends/cpu/seeding.ts and stages/seed-distance.ts

#import seeding

@group(0) @binding(4) var<storage, read_write> values: array<f32>;
#if WEIGHTED
@group(0) @binding(5) var<storage, read> weights: array<f32>;            // one per point of the window
#endif

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = job.first + id.x;
  if (id.x >= job.count) {
    return;
  }
  let row = rows[i];
  var value = job.offset + squared_distance(row, 0u);
#if WEIGHTED
  value *= weights[row];
#endif
  values[i] = select(min(values[i], value), value, job.fresh == 1u);
}
