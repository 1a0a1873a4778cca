// Adds a chunk's partial sums for one batch of components, one after another, to the window's totals. The total that a partial sum belongs to depends
// on its place in the window only, never on how the work is cut into chunks, so that reruns give the same bits. The host adds the totals in
// float64. Twin: addStatistics in src/em/statistics.ts

#import job
#import batch

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(2) var<storage, read> partials: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> totals: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (job.count == 0u) {
    return;
  }
  let sums = batch.count * job.sums;
  if (id.x >= sums) {
    return;
  }
  let group = job.group_first + id.y;
  let start = max(group * job.group_parts, job.part_first) - job.part_first;
  let end = min((group + 1u) * job.group_parts - job.part_first, job.part_count);
  let to = (group * job.components + batch.first) * job.sums + id.x;
  var total = select(totals[to], vec4f(0.0), job.fresh == 1u);
  for (var part = start; part < end; part++) {
    total += partials[part * sums + id.x];
  }
  totals[to] = total;
}
