// The parameters of all components in one storage buffer, in units of Vec, behind a header of four numbers. GPUs read them from their first-level
// cache, as fast as uniforms and without their limit of 64 KiB.

#import vector

@group(0) @binding(1) var<storage, read> parameters: array<Vec>;

fn parameter(i: u32) -> Vec { return parameters[4u / W + i]; }
