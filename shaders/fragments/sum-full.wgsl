// Adds what is staged to the sums of an invocation's component for one block of features or two: r, r z and r z zᵀ, of which only what is on and above
// the diagonal. Expects mine, slice, own, mean0, mean1, and whether there is `another` block than the first; count, first0, first1, m00_{c}, m01_{c}, m11_{c}.
        if (slice < SLICES) {
          for (var turn = 0u; turn < TURNS; turn++) {
#each q 2
            let before{q} = (2u * turn + {q}u) * SLICES;   // the slices' rows
            let staged{q} = bitcast<f32>(sh_room[before{q} * QUADS + own][mine % 4u]);
            let r{q} = select(staged{q}, 0.0, IS_RAGGED && before{q} + slice >= STAGED);
            let z{q}_0 = block_of_bits(sh_room[POINTS_AT + before{q} + slice]) - mean0;
#if PAIRED
            let z{q}_1 = block_of_bits(sh_room[POINTS_AT + ROWS + before{q} + slice]) - mean1;
#endif
#end
#each q 2
            count += r{q};
            let a{q}_0 = r{q} * z{q}_0;
            first0 += a{q}_0;
#if PAIRED
            m00_0.x = fma(a{q}_0.x, z{q}_0.x, m00_0.x);
            m00_1 = vec4f(fma(a{q}_0.xy, z{q}_0.yy, m00_1.xy), 0.0, 0.0);
            m00_2 = vec4f(fma(a{q}_0.xyz, z{q}_0.zzz, m00_2.xyz), 0.0);
            m00_3 = fma(a{q}_0, z{q}_0.wwww, m00_3);
            if (another) {
              let a{q}_1 = r{q} * z{q}_1;
              first1 += a{q}_1;
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
            }
#else
#each c W
            if (has_feature(0u, {c}u)) {
              m00_{c} = fma(a{q}_0, Vec(z{q}_0[{c}]), m00_{c});
            }
#end
#endif
#end
          }
        }
