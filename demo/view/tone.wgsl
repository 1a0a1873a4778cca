// Turns the sums of splat.wgsl into the picture: how many points a pixel has becomes opacity, by logarithms, so that one point can be seen and
// ten thousand still differ from a thousand; the colour is the mean of the points'. Twins: shade() of cpu-painter.ts, opacity() and
// onRamp() of tone.ts

struct Tone {
  back: vec4f,                // the page
  text: vec4f,                // of points without colours
  ramp: array<vec4f, 9>,      // from certain to uncertain
  unit: f32,                  // fixed-point value of one point
  strength: f32,              // factor of all opacities
  power: f32,                 // power of all opacities
  width: u32,                 // pixels in a row of the canvas
  color: u32,                 // as in splat.wgsl
}

@group(0) @binding(0) var<uniform> tone: Tone;
@group(0) @binding(1) var<storage, read> sums: array<vec4u>;
@group(0) @binding(2) var<storage, read> bins: array<u32>;     // crowding at [256]

@vertex
fn cover(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
  return vec4f(f32(i & 1u) * 4.0 - 1.0, f32(i >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}

fn opacity(count: f32, crowding: f32) -> f32 {
  let octaves = log2(max(crowding, 1.0));
  let single = 0.85 / (1.0 + 0.4 * max(octaves - 1.0, 0.0));
  if (count < 1.0) {
    return single * count;
  }
  return mix(single, 1.0, min(log2(count) / max(octaves, 1.0), 1.0));
}

fn ramp(value: f32) -> vec3f {
  let place = clamp(value, 0.0, 1.0) * 8.0;
  let i = min(u32(place), 7u);
  return mix(tone.ramp[i].rgb, tone.ramp[i + 1u].rgb, place - f32(i));
}

@fragment
fn shade(@builtin(position) at: vec4f) -> @location(0) vec4f {
  let sum = sums[u32(at.y) * tone.width + u32(at.x)];
  if (sum.x == 0u) {
    return tone.back;
  }
  let mean = vec3f(sum.yzw) / f32(sum.x);
  var color = tone.text.rgb;
  if (tone.color == 1u) {
    color = min(mean, vec3f(1.0));
  } else if (tone.color == 2u) {
    color = ramp(mean.r);
  }
  let a = tone.strength * pow(opacity(f32(sum.x) / tone.unit, bitcast<f32>(bins[256])), tone.power);
  return vec4f(mix(tone.back.rgb, color, a), 1.0);
}
