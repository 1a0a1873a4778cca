// Loop body over points: adds r, r z and r z zᵀ to the sums of one component (D > 8: r z z'ᵀ for one tile of it).
// Expects the point's responsibility r{q}, its distances z{q}_0, z{q}_1 from the mean (TILED: b{q}_0, b{q}_1 for the tile's columns), and the sums
// count, first0, first1, m00_{c}, m01_{c}, m10_{c}, m11_{c}. Defines a{q}_0, a{q}_1 = r z.
    count += r{q};
    let a{q}_0 = r{q} * z{q}_0;
    first0 += a{q}_0;
#if PAIRED
    let a{q}_1 = r{q} * z{q}_1;
    first1 += a{q}_1;
#if TILED
#each c W
    m00_{c} = fma(a{q}_0, Vec(b{q}_0[{c}]), m00_{c});
    m01_{c} = fma(a{q}_0, Vec(b{q}_1[{c}]), m01_{c});
    m10_{c} = fma(a{q}_1, Vec(b{q}_0[{c}]), m10_{c});
    m11_{c} = fma(a{q}_1, Vec(b{q}_1[{c}]), m11_{c});
#end
#else
    m00_0.x = fma(a{q}_0.x, z{q}_0.x, m00_0.x);
    m00_1 = vec4f(fma(a{q}_0.xy, z{q}_0.yy, m00_1.xy), 0.0, 0.0);
    m00_2 = vec4f(fma(a{q}_0.xyz, z{q}_0.zzz, m00_2.xyz), 0.0);
    m00_3 = fma(a{q}_0, z{q}_0.wwww, m00_3);
    m11_0.x = fma(a{q}_1.x, z{q}_1.x, m11_0.x);
    if (has_feature(1u, 1u)) {
      m11_1 = vec4f(fma(a{q}_1.xy, z{q}_1.yy, m11_1.xy), 0.0, 0.0);
    }
    if (has_feature(1u, 2u)) {
      m11_2 = vec4f(fma(a{q}_1.xyz, z{q}_1.zzz, m11_2.xyz), 0.0);
    }
    if (has_feature(1u, 3u)) {
      m11_3 = fma(a{q}_1, z{q}_1.wwww, m11_3);
    }
#each c W
    if (has_feature(1u, {c}u)) {
      m01_{c} = fma(a{q}_0, Vec(z{q}_1[{c}]), m01_{c});
    }
#end
#endif
#else
#each c W
    if (has_feature(0u, {c}u)) {
      m00_{c} = fma(a{q}_0, Vec(z{q}_0[{c}]), m00_{c});
    }
#end
#endif
