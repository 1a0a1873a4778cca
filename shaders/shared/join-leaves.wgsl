// The log-likelihoods of a workgroup, joined as the leaves of a binary tree: in an order that depends on how many leaves there are (LEAVES, a
// power of two), not on the number of invocations (LANES, a power of two as well).

#import likelihood

var<workgroup> sh_likelihoods: array<LogLikelihood, LEAVES>;

// Called by all invocations together, once the leaves are written. Only the first one's answer counts.
fn join_leaves(lane: u32) -> LogLikelihood {
  for (var half = LEAVES / 2u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    for (var i = lane; i < half; i += LANES) {
      sh_likelihoods[i] = join(sh_likelihoods[i], sh_likelihoods[i + half]);
    }
  }
  return sh_likelihoods[lane];
}
