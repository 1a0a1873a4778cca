// Both steps of EM with full covariances, D <= 8, for GPUs. See shared/lean-whole.wgsl for how, log-density-full.wgsl for the formula,
// moments-full.wgsl for the layout of the sums. Twins: the twins of those two, normalize.ts and (WEIGHTED) weigh.ts in src/backends/cpu/stages/

#import lean-whole
#import gaussian-full

// The only unit has all features.
fn block_of(unit: u32, b: u32) -> u32 {
  return b;
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = workgroup.x;
  let row = first_row(group);
  let mine = lane % K;
  let slice = lane / K;
  let own = slice * QUADS + mine / 4u;   // place of the component's quad in the slice's first row
  let another = DB > 1u;   // block than the first
  var likelihood = NO_POINTS;
  var count = 0.0;
  var first0 = Vec(0.0);
  var first1 = Vec(0.0);
#each c W
  var m00_{c} = Vec(0.0);
  var m01_{c} = Vec(0.0);
  var m11_{c} = Vec(0.0);
#end
  let tiles = count_tiles(group);
  for (var t = 0u; t < tiles; t++) {
    let tile = group * job.run + t * 256u;   // the tile's first point within the chunk
    for (var round = 0u; round < 256u / LANES / POINTS; round++) {
#each p POINTS
      let at{p} = (round * POINTS + {p}u) * LANES + lane;
      var norm{p} = NO_DENSITIES;
#each b DB
      let x{p}_{b} = point_block(job.first + tile + at{p}, {b}u);
#end
#end
      for (var k0 = 0u; k0 < job.components; k0 += NEAR) {
        bring_near(k0, lane);
        for (var near = 0u; near < NEAR; near++) {
          let k = k0 + near;
          if (k < job.components) {
#insert density-full
#each p POINTS
            densities[row + k][at{p}] = density{p};
            norm{p} = include(norm{p}, density{p});
#end
          }
        }
      }
#each p POINTS
      likelihood = note(tile + at{p}, group, at{p}, norm{p}, likelihood);
#end
    }
    storageBarrier();
    workgroupBarrier();

    let is_first = t < FOLD_TILES;
    for (var k0 = 0u; k0 < job.components; k0 += K) {
      let base = min(k0 + mine, job.components - 1u) * STRIDE;
#each b DB
      let mean{b} = parameter(base + {b}u);
#end
      for (var stage = 0u; stage < 256u / STAGED; stage++) {
        let at = stage * STAGED;
        stage_responsibilities(group, row, k0, at, lane);
        stage_blocks(0u, job.first + tile + at, lane);
        workgroupBarrier();
#insert sum-full
        workgroupBarrier();
      }
      if ((t + 1u) % FOLD_TILES == 0u || t + 1u == tiles) {
        let to = place_of(group, k0, 0u);
#insert fold-full
        count = 0.0;
        first0 = Vec(0.0);
        first1 = Vec(0.0);
#each c W
        m00_{c} = Vec(0.0);
        m01_{c} = Vec(0.0);
        m11_{c} = Vec(0.0);
#end
      }
    }
    storageBarrier();   // all have read what the next tile writes over
  }
  leave(likelihood, group, lane);
}
