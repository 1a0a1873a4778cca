// Log-densities of a mixture with full covariances, for GPUs: see shared/lean-density.wgsl, and log-density-full.wgsl for the formula.
// Twins: src/backends/cpu/stages/log-density-full.ts and normalize.ts

#import lean-density

// Vec per component: mean, b, U (block column j holds the blocks i <= j, each as its W rows), and one that starts with c.
const FACTOR: u32 = DB * (DB + 1u) / 2u * W;
const STRIDE: u32 = 2u * DB + FACTOR + 1u;

// Block (i, j) of the factor.
fn factor_block(base: u32, i: u32, j: u32) -> Mat {
  let at = base + 2u * DB + (j * (j + 1u) / 2u + i) * W;
#if WIDE
  return Mat(parameter(at), parameter(at + 1u), parameter(at + 2u), parameter(at + 3u));
#else
  return Mat(parameter(at), parameter(at + 1u));
#endif
}

// a + m^T v for an upper triangular block: 10 of the 16 products.
fn add_upper_product(m: Mat, v: Vec, a: Vec) -> Vec {
  let x = fma(m[0].x, v.x, a.x);
  let y = fma(m[1].y, v.y, fma(m[0].y, v.x, a.y));
#if WIDE
  let z = fma(m[2].z, v.z, fma(m[1].z, v.y, fma(m[0].z, v.x, a.z)));
  let w = fma(m[3].w, v.w, fma(m[2].w, v.z, fma(m[1].w, v.y, fma(m[0].w, v.x, a.w))));
  return Vec(x, y, z, w);
#else
  return Vec(x, y);
#endif
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
#each p POINTS
  let n{p} = group.x * 256u + {p}u * LANES + lane;
  var norm{p} = Norm(-2.0 * MAX_DISTANCE, 0.0);   // what a component without weight has
#each b DB
  let x{p}_{b} = points[block_index(job.first + n{p}, {b}u)];
#end
#end
  for (var k = 0u; k < job.components; k++) {
    let base = k * STRIDE;
#each b DB
    let mean{b} = parameter(base + {b}u);
#each p POINTS
    let z{p}_{b} = x{p}_{b} - mean{b};
#end
#end
#each p POINTS
    var distance{p} = 0.0;
#end
#each j DB
    let lost{j} = -parameter(base + DB + {j}u);
    let u{j}_{j} = factor_block(base, {j}u, {j}u);
#each p POINTS
    var y{p}_{j} = add_upper_product(u{j}_{j}, z{p}_{j}, lost{j});
#end
#each i {j}
    let u{i}_{j} = factor_block(base, {i}u, {j}u);
#each p POINTS
    y{p}_{j} = add_product(u{i}_{j}, z{p}_{i}, y{p}_{j});
#end
#end
#each p POINTS
    distance{p} += dot(y{p}_{j}, y{p}_{j});
#end
#end
    let c = parameter(base + STRIDE - 1u).x;
#each p POINTS
    let density{p} = c - min(distance{p}, MAX_DISTANCE);
    densities[k * job.row + n{p}] = density{p};
    norm{p} = include(norm{p}, density{p});
#end
  }
  var likelihood = LogLikelihood(0.0, 1.0, 0);
#each p POINTS
  likelihood = finish(n{p}, norm{p}, likelihood);
#end
  leave(likelihood, group.x, lane);
}
