// Log-densities of a mixture with diagonal or spherical covariances (TIED: with one for all), for GPUs: see shared/lean-density.wgsl, and
// log-density-diag.wgsl and log-density-tied.wgsl for the formulas. Twins: src/backends/cpu/stages/log-density-diag.ts,
// log-density-spherical.ts, log-density-tied.ts and normalize.ts

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
  var norm{p} = Norm(-2.0 * MAX_DISTANCE, 0.0);   // what a component without weight has
#each b DB
  let x{p}_{b} = point_block(job.first + n{p}, {b}u);
#end
#end
#if TIED
#import transform-tied
#endif
  for (var k = 0u; k < job.components; k++) {
#if TIED
#import density-tied
#else
#import density-diag
#endif
#each p POINTS
    densities[k * job.row + n{p}] = density{p};
    norm{p} = include(norm{p}, density{p});
#end
  }
#each p POINTS
  finish(n{p}, norm{p});
#end
  leave(group.x, lane);
}
