// Scores ½|c|² − x·c order the centres of a point x as squared distances do, but for rounding. How much that may be, in parts of |x|² + score, is derived
// in src/backends/cpu/stages/shared/scores.ts. The including stage has points, and K centres as parameters.

#import job
#import point-block
#import parameters

const CLOSE: f32 = f32(16u * (D + 2u)) * 0x1p-24;
const TINY: f32 = 1e-30;   // for numbers that are too small to be rounded like others

// Whether distances could name another centre than that with the best score. `norm`: |x|².
fn are_close(norm: f32, best: f32, second: f32) -> bool {
  return second <= best + fma(CLOSE, norm + best, TINY);
}

// The centre that is nearest to point n of the window, by distances; of equals the one with the lowest index. The loop goes to the job's number of
// components, not to the constant: written out, as compilers do, its centres would stay in registers beside those of the loop for scores.
fn look_again(n: u32) -> u32 {
#each b DB
  let x{b} = point_block(n, {b}u);
#end
  var best = MAX_FLOAT;
  var label = 0u;
  for (var k = 0u; k < job.components; k++) {
    var distance = 0.0;
#each b DB
    let z{b} = x{b} - parameter(k * DB + {b}u);
    distance = add_inner(z{b}, z{b}, {b}u, distance);
#end
    label = select(label, k, distance < best);
    best = min(best, distance);
  }
  return label;
}
