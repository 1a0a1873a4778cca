// One pass of k-means over the points, for GPUs: assignment as in assign.wgsl, sums about the old centres as in update.wgsl, and in its layout. A
// workgroup takes one run of points, one tile after another:
//
//   assign   An invocation takes TAKEN points, POINTS at once, and sets the bit of each among the members of its cluster.
//   update   An invocation owns a cluster, whose sums it keeps in registers, and every `slices`-th word, which stands for 32 points. It adds the
//            members among them in their order.
//
// At the end of the run the slices are added up, in order. The order in which bits are set does not matter, so results never change.
// Twins: assign.ts and update.ts in src/backends/cpu/stages/

#import job
#import point-block
#import parameters

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(2) var<storage, read> points: array<Vec>;
@group(0) @binding(3) var<storage, read_write> partials: array<Vec>;
#if WEIGHTED
@group(0) @binding(4) var<storage, read> weights: array<f32>;             // one per point of the window
#endif

const LANES: u32 = 128u;
const TILE: u32 = LANES * TAKEN;
const WORDS: u32 = TILE / 32u;
const BLOCKS: u32 = DB + 1u;

alias Points = array<array<Vec, DB>, POINTS>;

var<workgroup> sh_members: array<atomic<u32>, K * WORDS>;   // the words of one cluster side by side
var<workgroup> sh_nearest: array<f32, TILE>;
var<workgroup> sh_sums: array<Vec, LANES>;

fn assign(tile: u32, end: u32, round: u32, lane: u32) {
  var x: Points;
  var best: array<f32, POINTS>;
  var label = array<u32, POINTS>();
  for (var p = 0u; p < POINTS; p++) {
    best[p] = MAX_FLOAT;
    for (var b = 0u; b < DB; b++) {
      x[p][b] = point_block(job.first + tile + (round + p) * LANES + lane, b);
    }
  }
  for (var k = 0u; k < K; k++) {
    var distance = array<f32, POINTS>();
    for (var b = 0u; b < DB; b++) {
      let center = parameter(k * DB + b);
      for (var p = 0u; p < POINTS; p++) {
        let z = x[p][b] - center;
        distance[p] = add_inner(z, z, b, distance[p]);
      }
    }
    for (var p = 0u; p < POINTS; p++) {
      label[p] = select(label[p], k, distance[p] < best[p]);
      best[p] = min(best[p], distance[p]);
    }
  }
  for (var p = 0u; p < POINTS; p++) {
    let n = (round + p) * LANES + lane;
    if (tile + n < end) {
      sh_nearest[n] = best[p];
      atomicOr(&sh_members[label[p] * WORDS + n / 32u], 1u << (n % 32u));
    }
  }
}

struct Sums {
  first: array<Vec, DB>,
  count: f32,
  inertia: f32,
}

// Adds the members of cluster k in one word, and clears it.
fn update(before: Sums, center: array<Vec, DB>, k: u32, word: u32, tile: u32) -> Sums {
  var s = before;
  var members = atomicExchange(&sh_members[k * WORDS + word], 0u);
  while (members != 0u) {
    // The place of the lowest bit. firstTrailingBit(members) is written out by some compilers, in 19 instructions.
    let n = word * 32u + countOneBits(~members & (members - 1u));
    members &= members - 1u;
    let at = job.first + tile + n;
#if WEIGHTED
    let w = weights[at];
#else
    let w = 1.0;
#endif
    s.count += w;
    s.inertia += w * sh_nearest[n];
    for (var b = 0u; b < DB; b++) {
      s.first[b] += w * (point_block(at, b) - center[b]);
    }
  }
  return s;
}

// Adds up the slices' sums of one block, and writes the total; called by all invocations together.
fn flush(sum: Vec, lane: u32, to: u32) {
  sh_sums[lane] = sum;
  workgroupBarrier();
  if (lane < K) {
    var total = Vec(0.0);
    for (var other = lane; other < LANES; other += K) {
      total += sh_sums[other];
    }
    partials[to] = total;
  }
  workgroupBarrier();
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let k = lane % K;
  let slice = lane / K;
  let slices = LANES / K;
  var center: array<Vec, DB>;
  for (var b = 0u; b < DB; b++) {
    center[b] = parameter(k * DB + b);
  }
  var sums = Sums();
  let start = group.x * job.run;
  let end = min(start + job.run, job.count);
  for (var tile = start; tile < end; tile += TILE) {
    for (var round = 0u; round < TAKEN; round += POINTS) {
      assign(tile, end, round, lane);
    }
    workgroupBarrier();
    if (slice < slices) {
      for (var word = slice; word < WORDS; word += slices) {
        sums = update(sums, center, k, word, tile);
      }
    }
    workgroupBarrier();
  }
  let to = (group.x * K + k) * BLOCKS;
  for (var b = 0u; b < DB; b++) {
    flush(sums.first[b], lane, to + b);
  }
#if WIDE
  flush(Vec(sums.count, sums.inertia, 0.0, 0.0), lane, to + DB);
#else
  flush(Vec(sums.count, sums.inertia), lane, to + DB);
#endif
}
