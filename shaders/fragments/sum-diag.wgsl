// Adds what is staged to the sums of an invocation's component for a unit of features. Expects mine, slice, own, mean{b}, and whether there are
// `more` blocks than two; count, first{b}, second{b}.
        if (slice < SLICES) {
          for (var turn = 0u; turn < TURNS; turn++) {
#each q 2
            let before{q} = (2u * turn + {q}u) * SLICES;   // the slices' rows
            let staged{q} = bitcast<f32>(sh_room[before{q} * QUADS + own][mine % 4u]);
            let r{q} = select(staged{q}, 0.0, IS_RAGGED && before{q} + slice >= STAGED);
#each b UNIT_BLOCKS
            let z{q}_{b} = block_of_bits(sh_room[POINTS_AT + {b}u * ROWS + before{q} + slice]) - mean{b};
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
