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
  return min(unit % UNITS * UNIT_BLOCKS + b, DB - 1u);
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
#if RELOADED
#else
#each b DB
      let x{p}_{b} = point_block(job.first + tile + at{p}, {b}u);
#end
#endif
#end
#if TIED
#insert transform-tied
#endif
      for (var k = 0u; k < job.components; k++) {
#if RELOADED
#each p POINTS
#each b DB
        let x{p}_{b} = point_block(job.first + tile + at{p}, {b}u);
#end
#end
#endif
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
#each p POINTS
      likelihood = note(tile + at{p}, at{p}, norm{p}, likelihood);
#end
    }
    storageBarrier();
    workgroupBarrier();

    for (var unit = 0u; unit < (job.components + K - 1u) / K * UNITS; unit++) {
      let k0 = unit / UNITS * K;
      let base = FIRST + min(k0 + mine, job.components - 1u) * STRIDE;
      let place = place_of(group, unit);
      var count = 0.0;
#each b UNIT_BLOCKS
      let mean{b} = parameter(base + block_of(unit, {b}u));
      var first{b} = Vec(0.0);
      var second{b} = Vec(0.0);
#end
      for (var at = 0u; at < 256u; at += STAGED) {
        stage_responsibilities(row, k0, at, lane);
        stage_blocks(unit, job.first + tile + at, lane);
        workgroupBarrier();
        if (slice < SLICES) {
          for (var i = slice; i < STAGED; i += 2u * SLICES) {
#each q 2
            let n{q} = min(i + {q}u * SLICES, STAGED - 1u);
            let r{q} = select(0.0, sh_responsibilities[n{q} * ROW + mine], i + {q}u * SLICES < STAGED);
#each b UNIT_BLOCKS
            let z{q}_{b} = sh_points[{b}u * STAGED + n{q}] - mean{b};
#end
#end
#each q 2
            count += r{q};
#each b UNIT_BLOCKS
            let a{q}_{b} = r{q} * z{q}_{b};
            first{b} += a{q}_{b};
            second{b} = fma(a{q}_{b}, z{q}_{b}, second{b});
#end
#end
          }
        }
        workgroupBarrier();
      }
      // A tile has SUMS vec4f, in this order.
#if PAIRED
#each b UNIT_BLOCKS
      keep(place + {b}u / 2u * SUMS + {b}u % 2u, first{b}, t, lane);
      keep(place + {b}u / 2u * SUMS + 2u + {b}u % 2u, second{b}, t, lane);
#end
      keep(place + 4u, vec4f(count), t, lane);
#if TILED
      keep(place + SUMS + 4u, vec4f(count), t, lane);
#endif
#elif WIDE
      keep(place, first0, t, lane);
      keep(place + 1u, second0, t, lane);
      keep(place + 2u, vec4f(count), t, lane);
#else
      keep(place, vec4f(first0, second0), t, lane);
      keep(place + 1u, vec4f(count), t, lane);
#endif
    }
  }
  leave(likelihood, group, lane);
}
