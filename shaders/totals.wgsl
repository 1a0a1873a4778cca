// Adds up the partial sums of lean passes, group by group. Each sum becomes two numbers that lose next to nothing: the heads of the addends
// (shared/head.wgsl), whose sums are exact while they are of like size, and the rests, whose roundings are 2^-12 as large. An addend may itself
// be two such numbers, one row behind the other (`pieces` is 2). The host adds the results in float64. There is no twin, because the CPU backend
// adds everything in float64: see addLong in src/backends/cpu/stages/shared/long-sums.ts

#import job
#import head

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> partials: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> totals: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let columns = job.components * job.sums;
  if (id.x >= columns) {
    return;
  }
  let start = id.y * job.group_parts;
  let end = min(start + job.group_parts, job.part_count);
  var high = vec4f(0.0);
  var low = vec4f(0.0);
  for (var part = start; part < end; part++) {
    let at = part * job.pieces * columns + id.x;
    let value = partials[at];
    let head = heads_of(value);
    high += head;
    low += value - head;
    if (job.pieces == 2u) {
      low += partials[at + columns];
    }
  }
  let to = (job.group_first + 2u * id.y) * columns + id.x;
  totals[to] = high;
  totals[to + columns] = low;
}
