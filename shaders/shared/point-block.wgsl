// Block `b` of point `n` (within its window) of `points`, which lie in tiles of 256: there whole blocks lie side by side, so that neighbouring
// invocations read neighbouring addresses, then what features are left, each by itself. Nothing is stored that is not a feature.
// Twin: featurePlace() of src/backends/webgpu/shape.ts

#import vector

fn point_block(n: u32, b: u32) -> Vec {
  let lane = n & 255u;
  let first = ((n >> 8u) * D + b * W) * (256u / W);   // of the 256 blocks, in units of Vec
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
