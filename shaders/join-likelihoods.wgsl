// Joins the partial log-likelihoods of a window, `group_parts` of them at a time, one after another, so that the host reads back fewer, and takes
// fewer logarithms. Twin: sumLogLikelihoods in src/backends/webgpu/expectation.ts

#import job
#import likelihood

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> log_likelihoods: array<LogLikelihood>;
@group(0) @binding(2) var<storage, read_write> joined: array<LogLikelihood>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let start = id.x * job.group_parts;
  if (start >= job.part_count) {
    return;
  }
  let end = min(start + job.group_parts, job.part_count);
  var all = NO_POINTS;
  for (var part = start; part < end; part++) {
    all = join(all, log_likelihoods[part]);
  }
  joined[job.group_first + id.x] = all;
}
