// Log-densities of a mixture with full covariances, for GPUs. See shared/lean-density.wgsl for what is written, log-density-full.wgsl for the
// formula. Twins: log-density-full.ts, normalize.ts and (WEIGHTED) weigh.ts in src/backends/cpu/stages/

#import lean-density

#import gaussian-full

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
#each p POINTS
  let n{p} = group.x * 256u + {p}u * LANES + lane;
  var norm{p} = NO_DENSITIES;
#each b DB
  let x{p}_{b} = point_block(job.first + n{p}, {b}u);
#end
#end
  for (var k0 = 0u; k0 < job.components; k0 += NEAR) {
    bring_near(k0, lane);
    for (var near = 0u; near < NEAR; near++) {
      let k = k0 + near;
      if (k < job.components) {
#insert density-full
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
