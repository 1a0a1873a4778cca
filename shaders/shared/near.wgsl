// The parameters of NEAR components at a time, in workgroup memory. All invocations read the same numbers, each for few points, so that reading is
// what GPUs wait for: from workgroup memory they need a third to three quarters of the time that they need from their first-level cache. Loops over
// NEAR components have constant bounds, and the text names `sh_parameters` where it reads: compilers of WGSL then see that no index is out of
// bounds and no loop endless, and leave out what would guard against it. The including stage has a layout of parameters (FIRST, STRIDE), and
// says how much memory they may take (NEAR_FLOATS).

#import stored

const NEAR: u32 = max(1u, NEAR_FLOATS / (STRIDE * W));

var<workgroup> sh_parameters: array<Vec, NEAR * STRIDE>;

// Fetches the components from k0 on; called by all invocations together.
fn bring_near(k0: u32, lane: u32) {
  workgroupBarrier();
  let count = min(NEAR, job.components - k0) * STRIDE;
  for (var i = lane; i < count; i += LANES) {
    sh_parameters[i] = parameter(FIRST + k0 * STRIDE + i);
  }
  workgroupBarrier();
}
