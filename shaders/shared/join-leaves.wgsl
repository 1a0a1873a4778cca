// Joins the log-likelihoods of a workgroup as the leaves of a binary tree. The order depends on the number of leaves (LEAVES, a power of two), not
// on the number of invocations (LANES, a power of two as well), so neither do the bits of the result.

#import likelihood
#import room

fn put_leaf(i: u32, l: LogLikelihood) {
  sh_room[i] = vec4u(bitcast<u32>(l.peaks), bitcast<u32>(l.mantissa), bitcast<u32>(l.exponent), 0u);
}

fn leaf(i: u32) -> LogLikelihood {
  let bits = sh_room[i];
  return LogLikelihood(bitcast<f32>(bits.x), bitcast<f32>(bits.y), bitcast<i32>(bits.z));
}

// Called by all invocations together, once the leaves are put. Only invocation 0 gets the joined log-likelihood.
fn join_leaves(lane: u32) -> LogLikelihood {
  for (var half = LEAVES / 2u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    for (var i = lane; i < half; i += LANES) {
      put_leaf(i, join(leaf(i), leaf(i + half)));
    }
  }
  return leaf(lane);
}
