// Loop body over components near by: the log-density of each point, base 2. See log-density-diag.wgsl for the formula.
// Expects their number `near`, STRIDE, and the points x{p}_{b}; defines density{p}.
    let base = near * STRIDE;
#each p POINTS
    var distance{p} = 0.0;
#end
#each b DB
    let mean{b} = block_of_bits(sh_room[base + {b}u]);
    let lost{b} = -block_of_bits(sh_room[base + DB + {b}u]);
    let u{b} = block_of_bits(sh_room[base + 2u * DB + {b}u]);
#each p POINTS
    let y{p}_{b} = fma(u{b}, x{p}_{b} - mean{b}, lost{b});
    distance{p} = add_inner(y{p}_{b}, y{p}_{b}, {b}u, distance{p});
#end
#end
    let log_normalizer = block_of_bits(sh_room[base + STRIDE - 1u]).x;
#each p POINTS
    let density{p} = log_normalizer - min(distance{p}, MAX_DISTANCE);
#end
