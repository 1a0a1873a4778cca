// The parameters of NEAR components at a time, in workgroup memory. All invocations read the same numbers, each for few points, so that reading is
// what GPUs wait for: from workgroup memory they need a third to three quarters of the time that they need from their first-level cache. Loops over
// NEAR components have constant bounds, so that compilers of WGSL see that they end. The including stage has a layout of parameters (FIRST, STRIDE),
// and says how much memory they may take (NEAR_FLOATS).

#import stored
#import room

const NEAR: u32 = max(1u, NEAR_FLOATS / (STRIDE * 4u));

// Fetches the components from k0 on; called by all invocations together.
fn bring_near(k0: u32, lane: u32) {
  workgroupBarrier();
  let count = min(NEAR, job.components - k0) * STRIDE;
  for (var i = lane; i < count; i += LANES) {
    sh_room[i] = bits_of_block(parameter(FIRST + k0 * STRIDE + i));
  }
  workgroupBarrier();
}
