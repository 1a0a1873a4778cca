// In a loop over components k: the log-densities of the transformed points, base 2. See log-density-tied.wgsl for the formula.
    let base = FIRST + k * STRIDE;
#each p POINTS
    var distance{p} = 0.0;
#end
#each b DB
    let center{b} = parameter(base + DB + {b}u);
#each p POINTS
    let away{p}_{b} = y{p}_{b} - center{b};
    distance{p} = add_inner(away{p}_{b}, away{p}_{b}, {b}u, distance{p});
#end
#end
    let c = parameter(base + STRIDE - 1u).x;
#each p POINTS
    let density{p} = c - min(distance{p}, MAX_DISTANCE);
#end
