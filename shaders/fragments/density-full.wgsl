// Loop body over components: the log-density of each point, base 2. See log-density-full.wgsl for the formula.
// Expects k, STRIDE, and the points x{p}_{b}; defines density{p}.
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
    let u{j}_{j} = factor_block(base + 2u * DB, {j}u, {j}u);
#each p POINTS
    var y{p}_{j} = add_upper_product(u{j}_{j}, z{p}_{j}, lost{j});
#end
#each i {j}
    let u{i}_{j} = factor_block(base + 2u * DB, {i}u, {j}u);
#each p POINTS
    y{p}_{j} = add_product(u{i}_{j}, z{p}_{i}, y{p}_{j});
#end
#end
#each p POINTS
    distance{p} = add_inner(y{p}_{j}, y{p}_{j}, {j}u, distance{p});
#end
#end
    let log_normalizer = parameter(base + STRIDE - 1u).x;
#each p POINTS
    let density{p} = log_normalizer - min(distance{p}, MAX_DISTANCE);
#end
