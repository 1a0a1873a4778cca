// How the M-step's sums are shared out on GPUs. A workgroup takes one run of points, K components and a part of their sums. An invocation owns one of
// the components and every SLICES-th point. STAGED points and their responsibilities at a time wait in workgroup memory, where K invocations find
// each of them: were every invocation to read points for itself, all would wait for the second-level cache.
//
// When an invocation has added up 64 points in one float32 (for some K more, up to 128), the sums of four slices at a time are added up, in order, and
// added to those of the run, each as two numbers that lose next to nothing: see totals.wgsl.
//
// In the room: for each row, which is a point, QUADS quads of responsibilities; then, for each of BLOCKS blocks of features (the including stage's),
// the rows. Rows beyond STAGED have no point: IS_RAGGED says that there are some. Instead, where sums are folded: four vec4f of all invocations.

#import job
#import head
#import room

const LANES: u32 = 64u;
const STAGED: u32 = 32u;
const SLICES: u32 = min(LANES / K, STAGED);
const TURNS: u32 = (STAGED + 2u * SLICES - 1u) / (2u * SLICES);          // over what is staged, two points each
const IS_RAGGED: bool = 2u * TURNS * SLICES > STAGED;
const ROWS: u32 = (2u * TURNS - 1u) * SLICES + (LANES - 1u) / K + 1u;
const QUADS: u32 = (K + 3u) / 4u;                                        // of components
const POINTS_AT: u32 = ROWS * QUADS;
const JOINED: u32 = min(4u, SLICES);                                      // slices whose sums are added up in one float32
const SLICES_ROOM: u32 = max(POINTS_AT + BLOCKS * ROWS, 4u * LANES);

// Whether the i-th round of staging, of LANES entries each, has an entry for the invocation.
fn is_entry(i: u32, lane: u32, count: u32) -> bool {
  return (i + 1u) * LANES <= count || i * LANES + lane < count;
}

// Where a tile of component k0's sums begins among the high numbers of a run; the low numbers follow one row later.
fn place_of(run: u32, k0: u32, tile: u32) -> u32 {
  return ((2u * run * job.components + k0) * TILES + tile) * SUMS;
}

const NONE: vec4f = vec4f(0.0);   // in the place of sums that there are not

// Adds the first `count` of four vec4f of all slices to the run's sums, of component k0 from place `to` on; called by all invocations together.
fn fold(a: vec4f, b: vec4f, c: vec4f, d: vec4f, k0: u32, to: u32, count: u32, is_first: bool, lane: u32) {
  sh_room[lane] = bitcast<vec4u>(a);
  if (count > 1u) {
    sh_room[LANES + lane] = bitcast<vec4u>(b);
  }
  if (count > 2u) {
    sh_room[2u * LANES + lane] = bitcast<vec4u>(c);
    sh_room[3u * LANES + lane] = bitcast<vec4u>(d);
  }
  workgroupBarrier();
  for (var i = 0u; i < (4u * K + LANES - 1u) / LANES; i++) {
    let e = i * LANES + lane;
    let k = k0 + e % K;
    if (e < K * count && k < job.components) {
      var high = vec4f(0.0);
      var low = vec4f(0.0);
      let at = to + e % K * TILES * SUMS + e / K;
      let low_at = at + job.components * TILES * SUMS;
      if (!is_first) {
        high = partials[at];
        low = partials[low_at];
      }
      let column = e / K * LANES + e % K;
      for (var first = 0u; first < (SLICES + JOINED - 1u) / JOINED; first++) {
        var sum = bitcast<vec4f>(sh_room[column + first * JOINED * K]);
        for (var other = 1u; other < JOINED; other++) {
          let slice = first * JOINED + other;
          if (slice < SLICES) {
            sum += bitcast<vec4f>(sh_room[column + slice * K]);
          }
        }
        let head = heads_of(sum);
        high += head;
        low += sum - head;
      }
      partials[at] = high;
      partials[low_at] = low;
    }
  }
  workgroupBarrier();
}
