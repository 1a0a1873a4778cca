// Adds a chunk's partial sums, one after another, to the dataset's `groups` totals. Which group a partial sum belongs to
// depends on its place in the dataset only, never on how the work is cut into chunks: reruns give the same bits.
// The host adds the groups in float64. Twin: addStatistics in src/em/statistics.ts

#import job

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> partials: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> totals: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = id.x;
  if (at >= job.sums) {
    return;
  }
  for (var part = 0u; part < job.part_count; part++) {
    let group = (job.part_first + part) / job.group_parts;
    totals[group * job.sums + at] += partials[part * job.sums + at];
  }
}
