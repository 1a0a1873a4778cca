// Adds points to the pixels where they fall: for each pixel (count, red, green, blue), fixed-point numbers in units of 1 / job.unit.
// A point has weight 1 in the pixels that its disc covers, less at the rim; with radius 0 it falls on one pixel. The host chooses
// `unit` so that N * unit < 2^32: no sum overflows, even with all points on one pixel.
// Twin: splat() of cpu-painter.ts

struct Job {
  clip: vec4f,           // left, top, right, bottom of the plot, pixels
  offset: vec2f,         // pixel of the point whose stored numbers are all 0
  radius: f32,           // pixels
  unit: f32,             // fixed-point value of 1
  width: u32,            // pixels in a row of the canvas
  first: u32,            // first point of the slice, within its window
  count: u32,            // points in the slice
  color_first: i32,      // index of the colour of the window's first point; the binding begins earlier where offsets must be round
  n_features: u32,       // D
  features: u32,         // how many of them matter in this plane
  color: u32,            // what is summed up: 0 nothing, 1 colours, 2 entropy (in place of red)
  table: array<Feature, 128>,
}

// A feature that the plane depends on: pixels per unit of its stored number, and where that lies (ResidentPoints).
struct Feature {
  pixels: vec2f,
  offset: u32,
  stride: u32,
}

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> points: array<f32>;
@group(0) @binding(2) var<storage, read> colors: array<u32>;
@group(0) @binding(3) var<storage, read_write> sums: array<atomic<u32>>;

fn position(n: u32) -> vec2f {
  var p = job.offset;
  let lane = n & 255u;
  let tile = (n - lane) * job.n_features;
  for (var i = 0u; i < job.features; i++) {
    let feature = job.table[i];
    p += feature.pixels * points[tile + feature.offset + lane * feature.stride];
  }
  return p;
}

fn add(pixel: vec2u, coverage: f32, color: vec4f) {
  let weight = coverage * job.unit;
  let at = (pixel.y * job.width + pixel.x) * 4u;
  atomicAdd(&sums[at], u32(weight + 0.5));
  if (job.color == 1u) {
    atomicAdd(&sums[at + 1u], u32(weight * color.r + 0.5));
    atomicAdd(&sums[at + 2u], u32(weight * color.g + 0.5));
    atomicAdd(&sums[at + 3u], u32(weight * color.b + 0.5));
  } else if (job.color == 2u) {
    atomicAdd(&sums[at + 1u], u32(weight * color.a + 0.5));
  }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= job.count) {
    return;
  }
  let n = job.first + id.x;
  let p = position(n);
  // Written so that what is not a number is out of sight.
  let reach = select(0.0, job.radius + 0.5, job.radius > 0.0);
  if (!(all(p + reach >= job.clip.xy) && all(p - reach < job.clip.zw))) {
    return;
  }
  var color = vec4f(0.0);
  if (job.color > 0u) {
    color = unpack4x8unorm(colors[u32(job.color_first + i32(n))]);
  }
  let low = vec2u(max(floor(p - reach), job.clip.xy));
  let high = vec2u(min(floor(p + reach) + 1.0, job.clip.zw));
  for (var y = low.y; y < high.y; y++) {
    for (var x = low.x; x < high.x; x++) {
      let far = distance(vec2f(vec2u(x, y)) + 0.5, p);
      let coverage = select(1.0, clamp(job.radius + 0.5 - far, 0.0, 1.0), job.radius > 0.0);
      if (coverage > 0.0) {
        add(vec2u(x, y), coverage, color);
      }
    }
  }
}
