// Before a loop over components: transforms the points to where all components are unit spheres, y = Uᵀ x.
// Expects the points x{p}_{b}; defines y{p}_{b}.
#each j DB
    let u{j}_{j} = factor_block(0u, {j}u, {j}u);
#each p POINTS
    var y{p}_{j} = add_upper_product(u{j}_{j}, x{p}_{j}, Vec(0.0));
#end
#each i {j}
    let u{i}_{j} = factor_block(0u, {i}u, {j}u);
#each p POINTS
    y{p}_{j} = add_product(u{i}_{j}, x{p}_{i}, y{p}_{j});
#end
#end
#end
