// Weighted moments about the old means, for full covariances, on GPUs: see shared/lean-moments.wgsl. A workgroup takes one tile: block rows
// {2i, 2i + 1} times block columns {2j, 2j + 1} of the second moments, i <= j, in the layout of moments-full.wgsl. Of tiles on the diagonal what lies
// below it is left out; of the others the first moments, which nobody reads, are 0.
// Twin: src/backends/cpu/stages/moments-full.ts

#if TILED
const BLOCKS: u32 = 4u;
#else
const BLOCKS: u32 = DB;
#endif

#import lean-moments

// Stages STAGED points: their responsibilities, and of their blocks those from 2i on, then those from 2j on; returns when all of it is there.
fn stage(k0: u32, i: u32, j: u32, blocks: u32, at: u32, end: u32, lane: u32) {
  stage_responsibilities(k0, at, end, lane);
  for (var round = 0u; round < (BLOCKS * STAGED + LANES - 1u) / LANES; round++) {
    let b = round * (LANES / STAGED) + lane / STAGED;
    if (b < blocks) {
      stage_block(select(2u * i + b, 2u * j + b - 2u, b >= 2u), b, at, end, lane % STAGED);
    }
  }
  workgroupBarrier();
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let k0 = group.y * K;
  var i = group.z;
  var j = 0u;
  for (; i > j; j++) {
    i -= j + 1u;
  }
  let mine = lane % K;
  let slice = lane / K;
  let own = slice * QUADS + mine / 4u;   // place of the component's quad in the slice's first row
  let mean0 = mean_block(k0, lane, 2u * i);
  let mean1 = mean_block(k0, lane, 2u * i + 1u);
#if TILED
  let mean2 = mean_block(k0, lane, 2u * j);
  let mean3 = mean_block(k0, lane, 2u * j + 1u);
#endif
  let another = 2u * j + 1u < DB;   // than the first block column
  let to = place_of(group.x, k0, group.z);
  let start = group.x * job.run;
  let end = min(start + job.run, job.count);
  for (var fold_at = start; fold_at < end; fold_at += FOLDED) {
    let is_first = fold_at == start;
    var count = 0.0;
    var first0 = Vec(0.0);
    var first1 = Vec(0.0);
#each c W
    var m00_{c} = Vec(0.0);
    var m01_{c} = Vec(0.0);
    var m11_{c} = Vec(0.0);
#if TILED
    var m10_{c} = Vec(0.0);
#endif
#end
    if (i == j) {
      for (var at = fold_at; at < min(fold_at + FOLDED, end); at += STAGED) {
        stage(k0, i, j, select(1u, 2u, another), at, end, lane);
#insert sum-full
        workgroupBarrier();
      }
    }
#if TILED
    else {
      for (var at = fold_at; at < min(fold_at + FOLDED, end); at += STAGED) {
        stage(k0, i, j, select(3u, 4u, another), at, end, lane);
        if (slice < SLICES) {
          for (var turn = 0u; turn < TURNS; turn++) {
#each q 2
            let before{q} = (2u * turn + {q}u) * SLICES;   // the slices' rows
            let staged{q} = bitcast<f32>(sh_room[before{q} * QUADS + own][mine % 4u]);
            let r{q} = select(staged{q}, 0.0, IS_RAGGED && before{q} + slice >= STAGED);
            let a{q}_0 = r{q} * (block_of_bits(sh_room[POINTS_AT + before{q} + slice]) - mean0);
            let a{q}_1 = r{q} * (block_of_bits(sh_room[POINTS_AT + ROWS + before{q} + slice]) - mean1);
            let b{q}_0 = block_of_bits(sh_room[POINTS_AT + 2u * ROWS + before{q} + slice]) - mean2;
            let b{q}_1 = block_of_bits(sh_room[POINTS_AT + 3u * ROWS + before{q} + slice]) - mean3;
#end
#each q 2
#each c W
            m00_{c} = fma(a{q}_0, Vec(b{q}_0[{c}]), m00_{c});
            m10_{c} = fma(a{q}_1, Vec(b{q}_0[{c}]), m10_{c});
#end
            if (another) {
#each c W
              m01_{c} = fma(a{q}_0, Vec(b{q}_1[{c}]), m01_{c});
              m11_{c} = fma(a{q}_1, Vec(b{q}_1[{c}]), m11_{c});
#end
            }
#end
          }
        }
        workgroupBarrier();
      }
    }
#endif
#insert fold-full
  }
}
