// Adds what is staged to the sums of an invocation's component for a unit of features. Expects mine, slice, mean{b}, and whether there are
// `more` blocks than two; count, first{b}, second{b}.
        if (slice < SLICES) {
          for (var turn = 0u; turn < TURNS; turn++) {
#each q 2
            let n{q} = (2u * turn + {q}u) * SLICES + slice;
            let r{q} = sh_responsibilities[n{q}][mine];
#each b UNIT_BLOCKS
            let z{q}_{b} = sh_points[{b}][n{q}] - mean{b};
#end
#end
#each q 2
            count += r{q};
#each b UNIT_BLOCKS
            if ({b}u < 2u || more) {
              let a = r{q} * z{q}_{b};
              first{b} += a;
              second{b} = fma(a, z{q}_{b}, second{b});
            }
#end
#end
          }
        }
