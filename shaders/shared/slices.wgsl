// How the M-step's sums are shared out on GPUs. A workgroup takes one run of points, K components and a part of their sums. An invocation owns one of
// the components and every SLICES-th point. STAGED points and their responsibilities at a time wait in workgroup memory, where K invocations find
// each of them: were every invocation to read points for itself, all would wait for the second-level cache.
//
// Before an invocation has added up more than 64 points in one float32, the slices' sums are added up, in order, and added to those of the run, each
// as two numbers that lose next to nothing: see totals.wgsl. Rows of what is staged that belong to no point stay 0, as workgroup memory is in the
// beginning. The loops over what is staged have constant bounds: see near.wgsl.

#import job
#import head

const LANES: u32 = 64u;
const STAGED: u32 = 32u;
const SIDES: u32 = LANES / STAGED;                                       // components that are staged at once
const SLICES: u32 = min(LANES / K, STAGED);
const TURNS: u32 = (STAGED + 2u * SLICES - 1u) / (2u * SLICES);          // over what is staged, two points each
const ROWS: u32 = (2u * TURNS - 1u) * SLICES + (LANES - 1u) / K + 1u;
const ROW: u32 = K | 1u;                                                 // odd, so that columns lie in different banks of memory

var<workgroup> sh_responsibilities: array<array<f32, ROW>, ROWS>;
var<workgroup> sh_points: array<array<Vec, ROWS>, BLOCKS>;               // BLOCKS: the including stage's
var<workgroup> sh_sums: array<array<vec4f, LANES>, 2>;

// Where a tile of component k0's sums begins among the high numbers of a run; the low numbers follow one row later.
fn place_of(run: u32, k0: u32, tile: u32) -> u32 {
  return ((2u * run * job.components + k0) * TILES + tile) * SUMS;
}

// Adds the first `count` of two vec4f of all slices to the run's sums, of component k0 from place `to` on; called by all invocations together.
fn fold(a: vec4f, b: vec4f, k0: u32, to: u32, count: u32, is_first: bool, lane: u32) {
  sh_sums[0][lane] = a;
  sh_sums[1][lane] = b;
  workgroupBarrier();
  for (var e = lane; e < K * count; e += LANES) {
    var high = vec4f(0.0);
    var low = vec4f(0.0);
    for (var slice = 0u; slice < SLICES; slice++) {
      let sum = sh_sums[e / K][slice * K + e % K];
      let head = heads_of(sum);
      high += head;
      low += sum - head;
    }
    if (k0 + e % K < job.components) {
      let at = to + e % K * TILES * SUMS + e / K;
      let low_at = at + job.components * TILES * SUMS;
      if (is_first) {
        partials[at] = high;
        partials[low_at] = low;
      } else {
        partials[at] += high;
        partials[low_at] += low;
      }
    }
  }
  workgroupBarrier();
}
