// Loop body over centres, four at a time: their scores ½|c|² − x·c for each point, and which of all so far is the best. Expects the first of the four, k,
// and the points x{p}_{b}; label{p}, best{p}, second{p}.
#each q 4
#each p POINTS
        var product{p}_{q} = 0.0;
#end
#each b DB
        let c{b}_{q} = parameter((k + {q}u) * DB + {b}u);
#each p POINTS
        product{p}_{q} = add_inner(x{p}_{b}, c{b}_{q}, {b}u, product{p}_{q});
#end
#end
#each p POINTS
        let score{p}_{q} = sh_half_norms[k + {q}u] - product{p}_{q};
        label{p} = select(label{p}, k + {q}u, score{p}_{q} < best{p});
        second{p} = min(second{p}, max(best{p}, score{p}_{q}));
        best{p} = min(best{p}, score{p}_{q});
#end
#end
