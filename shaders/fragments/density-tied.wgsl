// Loop body over components near by: the log-density of each point, base 2. See log-density-tied.wgsl for the formula.
// Expects their number `near`, STRIDE, and the transformed points y{p}_{b} of transform-tied.wgsl; defines density{p}.
    let base = near * STRIDE;
#each p POINTS
    var distance{p} = 0.0;
#end
#each b DB
    let mean{b} = block_of_bits(sh_room[base + DB + {b}u]);
#each p POINTS
    let away{p}_{b} = y{p}_{b} - mean{b};
    distance{p} = add_inner(away{p}_{b}, away{p}_{b}, {b}u, distance{p});
#end
#end
    let log_normalizer = block_of_bits(sh_room[base + STRIDE - 1u]).x;
#each p POINTS
    let density{p} = log_normalizer - min(distance{p}, MAX_DISTANCE);
#end
