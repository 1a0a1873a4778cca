// How crowded the picture is: a histogram of the pixels' counts on a scale of logarithms, and from it a high quantile of those that are
// not empty, which decides how counts become tones. It stays on the device. Twin: crowding() of tone.ts

struct Measure {
  unit: f32,             // fixed-point value of one point
  pixels: u32,
  first: u32,            // first pixel of the slice
}

const BINS: u32 = 256u;
const BINS_PER_OCTAVE: f32 = 8.0;
const QUANTILE: f32 = 0.995;
const PER_INVOCATION: u32 = 16u;

@group(0) @binding(0) var<uniform> measure: Measure;
@group(0) @binding(1) var<storage, read> sums: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> bins: array<atomic<u32>>;   // and after them the quantile, bits of a f32

var<workgroup> sh_bins: array<atomic<u32>, BINS>;

// Sums by workgroup first: most pixels fall into few bins.
@compute @workgroup_size(256)
fn histogram(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  for (var i = 0u; i < PER_INVOCATION; i++) {
    let pixel = measure.first + (group.x * PER_INVOCATION + i) * BINS + lane;
    if (pixel < measure.pixels) {
      let count = f32(sums[pixel].x) / measure.unit;
      if (count >= 0.5) {
        atomicAdd(&sh_bins[min(u32(BINS_PER_OCTAVE * log2(max(count, 1.0))), BINS - 1u)], 1u);
      }
    }
  }
  workgroupBarrier();
  let count = atomicLoad(&sh_bins[lane]);
  if (count > 0u) {
    atomicAdd(&bins[lane], count);
  }
}

@compute @workgroup_size(1)
fn quantile() {
  var total = 0u;
  for (var b = 0u; b < BINS; b++) {
    total += atomicLoad(&bins[b]);
  }
  var below = 0u;
  var bin = 0u;
  for (var b = 0u; b < BINS; b++) {
    if (f32(below) < QUANTILE * f32(total)) {
      bin = b;
    }
    below += atomicLoad(&bins[b]);
  }
  atomicStore(&bins[BINS], bitcast<u32>(exp2(f32(bin) / BINS_PER_OCTAVE)));
}
