// Component parameters in uniform memory (lavapipe reads it 3.4 times as fast as storage at a uniform index; GPUs have a
// constant cache). One batch of components fills at most the 64 KiB that every adapter can bind.

@group(0) @binding(1) var<uniform> parameters: array<vec4f, 4096>;

// Parameters are laid out in units of Vec.
#if WIDE
fn parameter(i: u32) -> Vec { return parameters[i]; }
#else
fn parameter(i: u32) -> Vec {
  let pair = parameters[i >> 1u];
  return select(pair.xy, pair.zw, (i & 1u) == 1u);
}
#endif
