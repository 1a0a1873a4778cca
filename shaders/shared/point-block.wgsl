// Reads block b of point n (counted within its window) of `points`. They lie in tiles of 256: first the whole blocks, each for all points of the tile
// side by side, so that neighbouring invocations read neighbouring addresses; then the features that do not fill a block, one after another.
// Padding is not stored. Twin: featurePlace in src/backends/webgpu/shape.ts

#import vector

fn point_block(n: u32, b: u32) -> Vec {
  let lane = n & 255u;
  let first = ((n >> 8u) * D + b * W) * (256u / W);   // where the 256 blocks begin, in units of Vec
  if (D % W == 0u || b < D / W) {
    return points[first + lane];
  }
  var x = Vec(0.0);
#each c W
  if ({c}u < D % W) {
    x[{c}] = points[first + {c}u * (256u / W) + lane / W][lane % W];
  }
#end
  return x;
}
