// k-means++ seeding: a centre is added. Kept for each point looked at is its squared distance to the nearest centre so far, times its
// weight where there are weights (WEIGHTED):
//
//   values[i] = min(values[i], w_rows[i] sum_d weights_d (x_rows[i],d - c_d)^2)
//
// The first centre's distances replace what was there (`fresh`). Before it all distances count as 1 (`offset`, with weights_d of 0).
// Twin: src/backends/cpu/seeding.ts

#import seeding

@group(0) @binding(4) var<storage, read_write> values: array<f32>;
#if WEIGHTED
@group(0) @binding(5) var<storage, read> weights: array<f32>;            // of the window's points
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
