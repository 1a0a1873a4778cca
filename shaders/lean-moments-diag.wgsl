// Weighted moments about the old means, feature by feature, for diagonal and spherical covariances, on GPUs: see shared/lean-moments.wgsl. A
// workgroup takes two components, so that one read of a point serves both, and four blocks of features: two tiles in the layout of
// moments-diag.wgsl. Twin: src/backends/cpu/stages/moments-diag.ts

#import lean-moments

// Past the last block that block is summed again; the host does not read these sums.
fn block_of(unit: u32, b: u32) -> u32 {
  return min(unit * 4u + b, DB - 1u);
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let k0 = 2u * group.y;
  let k1 = min(k0 + 1u, job.components - 1u);   // where K is odd, the last component is summed and written twice
  let unit = group.z;
#each c 2
  var count{c} = 0.0;
#each b UNIT_BLOCKS
  let mean{c}_{b} = means[k{c} * DB + block_of(unit, {b}u)];
  var first{c}_{b} = Vec(0.0);
  var second{c}_{b} = Vec(0.0);
#end
#end
  let start = group.x * job.run;
  let end = min(start + job.run, job.count);
  for (var at = start + lane; at < end; at += AHEAD * LANES) {
#each q AHEAD
    let n{q} = min(at + {q}u * LANES, end - 1u);
    let exists{q} = at + {q}u * LANES < end;
#each c 2
    let r{q}_{c} = responsibility(n{q}, k{c}, exists{q});
#end
#each b UNIT_BLOCKS
    let x{q}_{b} = point_block(job.first + n{q}, block_of(unit, {b}u));
#end
#end
#each q AHEAD
#each c 2
    count{c} += r{q}_{c};
#each b UNIT_BLOCKS
    let z{q}_{c}_{b} = x{q}_{b} - mean{c}_{b};
    let a{q}_{c}_{b} = r{q}_{c} * z{q}_{c}_{b};
    first{c}_{b} += a{q}_{c}_{b};
    second{c}_{b} = fma(a{q}_{c}_{b}, z{q}_{c}_{b}, second{c}_{b});
#end
#end
#end
  }

  // A tile has SUMS vec4f, in this order.
#each c 2
  let to{c} = place_of(group.x, k{c}, 2u * unit);
#if PAIRED
  flush(first{c}_0, first{c}_1, second{c}_0, second{c}_1, lane, to{c}, 4u);
  flush(vec4f(count{c}), vec4f(0.0), vec4f(0.0), vec4f(0.0), lane, to{c} + 16u, 1u);
#if TILED
  let more{c} = select(0u, 1u, unit * 2u + 1u < TILES);   // the last unit may have one tile less
  flush(first{c}_2, first{c}_3, second{c}_2, second{c}_3, lane, to{c} + SUMS * 4u, 4u * more{c});
  flush(vec4f(count{c}), vec4f(0.0), vec4f(0.0), vec4f(0.0), lane, to{c} + SUMS * 4u + 16u, more{c});
#endif
#elif WIDE
  flush(first{c}_0, second{c}_0, vec4f(count{c}), vec4f(0.0), lane, to{c}, 3u);
#else
  flush(vec4f(first{c}_0, second{c}_0), vec4f(count{c}), vec4f(0.0), vec4f(0.0), lane, to{c}, 2u);
#endif
#end
}
