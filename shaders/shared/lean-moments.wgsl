// The M-step's sums, for GPUs. A workgroup takes one run of points, one component (or two) and one tile of its sums. Its invocations take points side
// by side, so that they read neighbouring addresses, and keep the sums in registers. They read AHEAD points at once, because memory takes long to
// answer. At the end of the run the sums are added up, in order, each as two numbers that lose next to nothing: see totals.wgsl.

#import job
#import point-block
#import head

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> means: array<Vec>;
@group(0) @binding(2) var<storage, read> points: array<Vec>;
@group(0) @binding(3) var<storage, read> densities: array<f32>;
@group(0) @binding(4) var<storage, read> norms: array<vec2f>;            // as the density stages leave them
@group(0) @binding(5) var<storage, read_write> partials: array<f32>;     // by run, high and low numbers, component, tile

const LANES: u32 = 64u;
const ROW: u32 = LANES + 1u;   // odd, so that columns lie in different banks of memory

var<workgroup> sh_sums: array<f32, 16u * ROW>;
var<workgroup> sh_quarters: array<f32, 128>;

// The responsibility of component k for point n; 0 where the point does not exist.
fn responsibility(n: u32, k: u32, exists: bool) -> f32 {
  let norm = norms[n];
  let r = exp2(max(densities[k * job.row + n] - norm.x, MIN_EXPONENT)) * norm.y;
  return select(0.0, r, exists);
}

// Where a component's tile begins among the high numbers of a run; the low numbers follow one row later.
fn place_of(run: u32, k: u32, tile: u32) -> u32 {
  return ((2u * run * job.components + k) * TILES + tile) * SUMS * 4u;
}

// Adds up the first `count` of four vec4f over all invocations, and writes the sums; called by all of them together.
fn flush(a: vec4f, b: vec4f, c: vec4f, d: vec4f, lane: u32, to: u32, count: u32) {
  for (var i = 0u; i < 4u; i++) {
    sh_sums[i * ROW + lane] = a[i];
    sh_sums[(4u + i) * ROW + lane] = b[i];
    sh_sums[(8u + i) * ROW + lane] = c[i];
    sh_sums[(12u + i) * ROW + lane] = d[i];
  }
  workgroupBarrier();
  let column = lane % 16u;
  let quarter = lane / 16u;
  var high = 0.0;
  var low = 0.0;
  for (var i = 0u; i < 16u; i++) {
    let value = sh_sums[column * ROW + quarter * 16u + i];
    let head = head_of(value);
    high += head;
    low += value - head;
  }
  sh_quarters[quarter * 32u + column] = high;
  sh_quarters[quarter * 32u + 16u + column] = low;
  workgroupBarrier();
  if (lane < 32u && column < 4u * count) {
    let sum = (sh_quarters[lane] + sh_quarters[32u + lane]) + (sh_quarters[64u + lane] + sh_quarters[96u + lane]);
    partials[to + quarter * job.components * TILES * SUMS * 4u + column] = sum;
  }
  workgroupBarrier();
}
