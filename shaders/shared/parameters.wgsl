// The parameters of a batch of components, in units of Vec.

#import batch
#import vector

#if WIDE
fn parameter(i: u32) -> Vec { return batch.values[i]; }
#else
fn parameter(i: u32) -> Vec {
  let pair = batch.values[i >> 1u];
  return select(pair.xy, pair.zw, (i & 1u) == 1u);
}
#endif
