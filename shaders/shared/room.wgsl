// Workgroup memory for one thing after another: parameters that are near, then points and responsibilities, sums of slices, log-likelihoods. The less
// a workgroup takes, the more of them are at work at once: NVIDIA's driver shares out 64 KiB of it. It holds bits, because floats and integers take
// turns there. The including stage says how much it needs (ROOM, in vec4u), and puts barriers between the turns. It names `sh_room` where it reads in
// a loop, with constants and the invocation's own index: compilers of WGSL then see that no index is out of bounds, and leave out the guard.

#import vector

var<workgroup> sh_room: array<vec4u, ROOM>;

// A block of features, and its bits in the room.
#if WIDE
fn block_of_bits(bits: vec4u) -> Vec { return bitcast<vec4f>(bits); }
fn bits_of_block(v: Vec) -> vec4u { return bitcast<vec4u>(v); }
#else
fn block_of_bits(bits: vec4u) -> Vec { return bitcast<vec2f>(bits.xy); }
fn bits_of_block(v: Vec) -> vec4u { return vec4u(bitcast<vec2u>(v), 0u, 0u); }
#endif
