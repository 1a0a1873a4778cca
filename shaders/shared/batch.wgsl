// The batch of components that a dispatch works on, and their parameters, in uniform memory (lavapipe reads it 3.4 times as
// fast as storage at a uniform index; GPUs have a constant cache). A batch fills at most the 64 KiB that every adapter can bind.

struct Batch {
  first: u32,            // its first component
  count: u32,            // how many it has
  values: array<vec4f, 4095>,
}

@group(0) @binding(1) var<uniform> batch: Batch;
