// Weighted moments about the old means, for full covariances, on GPUs: see shared/lean-moments.wgsl. A tile is block rows {2i, 2i + 1} times block
// columns {2j, 2j + 1} of the second moments, i <= j, in the layout of moments-full.wgsl. Where there is only one tile, what lies below its
// diagonal is left out. Twin: src/backends/cpu/stages/moments-full.ts

#import lean-moments

fn chunk_block(n: u32, b: u32) -> Vec {
  return point_block(job.first + n, min(b, DB - 1u));   // the host reads no sum of a block past the last
}

fn mean_block(k: u32, b: u32) -> Vec {
  return means[k * DB + min(b, DB - 1u)];
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let k = group.y;
  var i = group.z;
  var j = 0u;
  for (; i > j; j++) {
    i -= j + 1u;
  }
  let mean_i0 = mean_block(k, 2u * i);
  let mean_i1 = mean_block(k, 2u * i + 1u);
  let mean_j0 = mean_block(k, 2u * j);
  let mean_j1 = mean_block(k, 2u * j + 1u);
  var count = 0.0;
  var first0 = Vec(0.0);
  var first1 = Vec(0.0);
#each c W
  var m00_{c} = Vec(0.0);
  var m01_{c} = Vec(0.0);
  var m10_{c} = Vec(0.0);
  var m11_{c} = Vec(0.0);
#end
  let start = group.x * job.run;
  let end = min(start + job.run, job.count);
  for (var at = start + lane; at < end; at += AHEAD * LANES) {
#each q AHEAD
    let n{q} = min(at + {q}u * LANES, end - 1u);
    let r{q} = responsibility(n{q}, k, at + {q}u * LANES < end);
    let z{q}_0 = chunk_block(n{q}, 2u * i) - mean_i0;
#if PAIRED
    let z{q}_1 = chunk_block(n{q}, 2u * i + 1u) - mean_i1;
#if TILED
    let b{q}_0 = chunk_block(n{q}, 2u * j) - mean_j0;
    let b{q}_1 = chunk_block(n{q}, 2u * j + 1u) - mean_j1;
#endif
#endif
#end
#each q AHEAD
#insert add-full
#end
  }

  // A tile has SUMS vec4f, in this order.
  let to = place_of(group.x, k, group.z);
#if PAIRED
  flush(m00_0, m00_1, m00_2, m00_3, lane, to, 4u);
  flush(m01_0, m01_1, m01_2, m01_3, lane, to + 16u, 4u);
  flush(m11_0, m11_1, m11_2, m11_3, lane, to + 32u, 4u);
  flush(first0, first1, vec4f(count), vec4f(0.0), lane, to + 48u, 3u);
#if TILED
  flush(m10_0, m10_1, m10_2, m10_3, lane, to + 60u, 4u);
#endif
#elif WIDE
  flush(m00_0, m00_1, m00_2, m00_3, lane, to, 4u);
  flush(first0, vec4f(count), vec4f(0.0), vec4f(0.0), lane, to + 16u, 2u);
#else
  flush(vec4f(m00_0, m00_1), vec4f(first0, count, 0.0), vec4f(0.0), vec4f(0.0), lane, to, 2u);
#endif
}
