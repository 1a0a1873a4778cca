// Weighted moments about the old means, feature by feature, for diagonal and spherical covariances, on GPUs: see shared/lean-moments.wgsl. A
// workgroup takes UNIT_BLOCKS blocks of features: one or two tiles in the layout of moments-diag.wgsl.
// Twin: src/backends/cpu/stages/moments-diag.ts

const BLOCKS: u32 = UNIT_BLOCKS;

#import lean-moments

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let k0 = group.y * K;
  let unit = group.z;
  let mine = lane % K;
  let slice = lane / K;
  let own = slice * QUADS + mine / 4u;   // place of the component's quad in the slice's first row
#each b UNIT_BLOCKS
  let mean{b} = mean_block(k0, lane, unit * UNIT_BLOCKS + {b}u);
#end
  let more = 2u * unit + 1u < TILES;   // than two blocks
  let to = place_of(group.x, k0, 2u * unit);
  let start = group.x * job.run;
  let end = min(start + job.run, job.count);
  for (var fold_at = start; fold_at < end; fold_at += FOLDED) {
    var count = 0.0;
#each b UNIT_BLOCKS
    var first{b} = Vec(0.0);
    var second{b} = Vec(0.0);
#end
    for (var at = fold_at; at < min(fold_at + FOLDED, end); at += STAGED) {
      stage_responsibilities(k0, at, end, lane);
      for (var i = 0u; i < (UNIT_BLOCKS * STAGED + LANES - 1u) / LANES; i++) {
        let b = i * (LANES / STAGED) + lane / STAGED;
        if (is_entry(i, lane, UNIT_BLOCKS * STAGED)) {
          stage_block(unit * UNIT_BLOCKS + b, b, at, end, lane % STAGED);
        }
      }
      workgroupBarrier();
#insert sum-diag
      workgroupBarrier();
    }
    let is_first = fold_at == start;
#insert fold-diag
  }
}
