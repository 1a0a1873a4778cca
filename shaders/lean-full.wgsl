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
  var likelihood = NO_POINTS;
  for (var t = 0u; t < count_tiles(group); t++) {
    let tile = group * job.run + t * 256u;   // the tile's first point within the chunk
    for (var round = 0u; round < 256u / LANES; round += POINTS) {
#each p POINTS
      let at{p} = (round + {p}u) * LANES + lane;
      var norm{p} = NO_DENSITIES;
#each b DB
      let x{p}_{b} = point_block(job.first + tile + at{p}, {b}u);
#end
#end
      for (var k = 0u; k < job.components; k++) {
#insert density-full
#each p POINTS
        densities[row + k][at{p}] = density{p};
        norm{p} = include(norm{p}, density{p});
#end
      }
#each p POINTS
      likelihood = note(tile + at{p}, at{p}, norm{p}, likelihood);
#end
    }
    storageBarrier();
    workgroupBarrier();

    for (var k0 = 0u; k0 < job.components; k0 += K) {
      let base = min(k0 + mine, job.components - 1u) * STRIDE;
      let place = place_of(group, k0 / K);
      var count = 0.0;
#each b DB
      let mean{b} = parameter(base + {b}u);
#end
      var first0 = Vec(0.0);
      var first1 = Vec(0.0);
#each c W
      var m00_{c} = Vec(0.0);
      var m01_{c} = Vec(0.0);
      var m11_{c} = Vec(0.0);
#end
      for (var at = 0u; at < 256u; at += STAGED) {
        stage_responsibilities(row, k0, at, lane);
        stage_blocks(0u, job.first + tile + at, lane);
        workgroupBarrier();
        if (slice < SLICES) {
          for (var i = slice; i < STAGED; i += 2u * SLICES) {
#each q 2
            let n{q} = min(i + {q}u * SLICES, STAGED - 1u);
            let r{q} = select(0.0, sh_responsibilities[n{q} * ROW + mine], i + {q}u * SLICES < STAGED);
            let z{q}_0 = sh_points[n{q}] - mean0;
#if PAIRED
            let z{q}_1 = sh_points[STAGED + n{q}] - mean1;
#endif
#end
#each q 2
#insert add-full
#end
          }
        }
        workgroupBarrier();
      }
      // The only tile has SUMS vec4f, in this order.
#if PAIRED
#each c 4
      keep(place + {c}u, m00_{c}, t, lane);
      keep(place + 4u + {c}u, m01_{c}, t, lane);
      keep(place + 8u + {c}u, trim(m11_{c}, 1u), t, lane);
#end
      keep(place + 12u, first0, t, lane);
      keep(place + 13u, trim(first1, 1u), t, lane);
      keep(place + 14u, vec4f(count), t, lane);
#elif WIDE
#each c 4
      keep(place + {c}u, trim(m00_{c}, 0u), t, lane);
#end
      keep(place + 4u, trim(first0, 0u), t, lane);
      keep(place + 5u, vec4f(count), t, lane);
#else
      keep(place, vec4f(m00_0, m00_1), t, lane);
      keep(place + 1u, vec4f(first0, count, 0.0), t, lane);
#endif
    }
  }
  leave(likelihood, group, lane);
}
