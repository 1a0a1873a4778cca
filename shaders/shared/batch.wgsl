// The batch of components that a dispatch works on, and their parameters, in uniform memory: lavapipe reads it 3.4 times as fast as storage where
// all invocations read the same index, and GPUs have a cache for constants. A batch fills at most the 64 KiB that every adapter can bind.

struct Batch {
  first: u32,            // its first component
  count: u32,            // number of components
  values: array<vec4f, 4095>,
}

@group(0) @binding(1) var<uniform> batch: Batch;
