// Loop body over components near by: the log-density of each point, base 2. See log-density-full.wgsl for the formula, factor-blocks.wgsl for where
// the blocks of the factor lie. Expects the components' number `near`, STRIDE, and the points x{p}_{b}; defines density{p}.
    let base = near * STRIDE;
#each b DB
    let mean{b} = block_of_bits(sh_room[base + {b}u]);
#each p POINTS
    let z{p}_{b} = x{p}_{b} - mean{b};
#end
#end
#each p POINTS
    var distance{p} = 0.0;
#end
#each j DB
    let lost{j} = -block_of_bits(sh_room[base + DB + {j}u]);
    let column{j} = base + 2u * DB + {j}u * ({j}u + 1u) / 2u * W;
    let u{j}_{j} = Mat(
#each c W
      block_of_bits(sh_room[column{j} + {j}u * W + {c}u]),
#end
    );
#each p POINTS
    var y{p}_{j} = add_upper_product(u{j}_{j}, z{p}_{j}, lost{j});
#end
#each i {j}
    let u{i}_{j} = Mat(
#each c W
      block_of_bits(sh_room[column{j} + {i}u * W + {c}u]),
#end
    );
#each p POINTS
    y{p}_{j} = add_product(u{i}_{j}, z{p}_{i}, y{p}_{j});
#end
#end
#each p POINTS
    distance{p} = add_inner(y{p}_{j}, y{p}_{j}, {j}u, distance{p});
#end
#end
    let log_normalizer = block_of_bits(sh_room[base + STRIDE - 1u]).x;
#each p POINTS
    let density{p} = log_normalizer - min(distance{p}, MAX_DISTANCE);
#end
