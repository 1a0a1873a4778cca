// Log-densities of a mixture with diagonal or spherical covariances (TIED: with one covariance for all components), for GPUs. See
// shared/lean-density.wgsl for what is written, log-density-diag.wgsl and log-density-tied.wgsl for the formulas. Twins: log-density-diag.ts,
// log-density-spherical.ts, log-density-tied.ts, normalize.ts and (WEIGHTED) weigh.ts in src/backends/cpu/stages/

#import lean-density
#if TIED
#import gaussian-tied
#else
#import gaussian-diag
#endif

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
#each p POINTS
  let n{p} = group.x * 256u + {p}u * LANES + lane;
  var norm{p} = NO_DENSITIES;
#each b DB
  let x{p}_{b} = point_block(job.first + n{p}, {b}u);
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
        densities[k * job.row + n{p}] = density{p};
        norm{p} = include(norm{p}, density{p});
#end
      }
    }
  }
  workgroupBarrier();   // all have read what was near
#each p POINTS
  finish(n{p}, norm{p});
#end
  leave(group.x, lane);
}
