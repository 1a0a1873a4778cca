// Copies points out of the tiles, row-major: result[i][d] = x_rows[i],d. Features beyond D are padding. Twin: Shard.rows in
// src/backends/cpu/shard.ts

#import job
#import point-block

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> points: array<Vec>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;               // of each point, within the window
@group(0) @binding(3) var<storage, read_write> result: array<Vec>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = job.first + id.x;
  if (id.x >= job.count) {
    return;
  }
  for (var b = 0u; b < DB; b++) {
    result[i * DB + b] = point_block(rows[i], b);
  }
}
