// Both steps of EM with diagonal or spherical covariances (TIED: with one covariance for all components, of which only diagonals are summed), for
// GPUs. See shared/lean-whole.wgsl for how, log-density-diag.wgsl and log-density-tied.wgsl for the formulas, moments-diag.wgsl for the layout of
// the sums. Twins: the twins of those three, normalize.ts and (WEIGHTED) weigh.ts in src/backends/cpu/stages/

#import lean-whole
#if TIED
#import gaussian-tied
#else
#import gaussian-diag
#endif

// Past the last block that block is summed again; nobody reads these sums.
fn block_of(unit: u32, b: u32) -> u32 {
  return min(unit * UNIT_BLOCKS + b, DB - 1u);
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = workgroup.x;
  let row = first_row(group);
  let mine = lane % K;
  let slice = lane / K;
  let own = slice * QUADS + mine / 4u;   // place of the component's quad in the slice's first row
  var likelihood = NO_POINTS;
  var count = 0.0;
#each b UNIT_BLOCKS
  var first{b} = Vec(0.0);
  var second{b} = Vec(0.0);
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
#if TIED
#insert transform-tied
#endif
      for (var k0 = 0u; k0 < job.components; k0 += NEAR) {
        bring_near(k0, lane);
        for (var near = 0u; near < NEAR; near++) {
          let k = k0 + near;
          if (k < job.components) {
#if TIED
#insert density-tied
#else
#insert density-diag
#endif
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
    for (var part = 0u; part < (job.components + K - 1u) / K * UNITS; part++) {
      let k0 = part / UNITS * K;
      let unit = part % UNITS;
      let more = 2u * unit + 1u < TILES;   // than two blocks
      let base = FIRST + min(k0 + mine, job.components - 1u) * STRIDE;
#each b UNIT_BLOCKS
      let mean{b} = parameter(base + block_of(unit, {b}u));
#end
      for (var stage = 0u; stage < 256u / STAGED; stage++) {
        let at = stage * STAGED;
        stage_responsibilities(group, row, k0, at, lane);
        stage_blocks(unit, job.first + tile + at, lane);
        workgroupBarrier();
#insert sum-diag
        workgroupBarrier();
      }
      if ((t + 1u) % FOLD_TILES == 0u || t + 1u == tiles) {
        let to = place_of(group, k0, 2u * unit);
#insert fold-diag
        count = 0.0;
#each b UNIT_BLOCKS
        first{b} = Vec(0.0);
        second{b} = Vec(0.0);
#end
      }
    }
    storageBarrier();   // all have read what the next tile writes over
  }
  leave(likelihood, group, lane);
}
