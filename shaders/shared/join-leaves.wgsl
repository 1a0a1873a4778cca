// Joins the log-likelihoods of a workgroup as the leaves of a binary tree. The order depends on the number of leaves (LEAVES, a power of two), not
// on the number of invocations (LANES, a power of two as well), so neither do the bits of the result.

#import likelihood

var<workgroup> sh_likelihoods: array<LogLikelihood, LEAVES>;

// Called by all invocations together, once the leaves are written. Only invocation 0 gets the joined log-likelihood.
fn join_leaves(lane: u32) -> LogLikelihood {
  for (var half = LEAVES / 2u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    for (var i = lane; i < half; i += LANES) {
      sh_likelihoods[i] = join(sh_likelihoods[i], sh_likelihoods[i + half]);
    }
  }
  return sh_likelihoods[lane];
}
