// One pass of k-means over the points, for GPUs: assignment as in assign.wgsl, sums about the old centres as in update.wgsl, and in its layout. A
// workgroup takes one run of points, one tile after another:
//
//   assign   An invocation takes TAKEN points, POINTS at once, and sets the bit of each among the members of its cluster. Scores tell which, for half
//            the work of distances; where they cannot, distances do (second-look.wgsl): so labels are those of assign.wgsl.
//   update   An invocation owns a cluster, whose sums it keeps in registers, and every SLICES-th word, which stands for 32 points. It adds the
//            members among them in their order.
//
// At the end of the run the slices are added up, in order. The order in which bits are set does not matter, so results never change. Each value of a
// point or a block is a variable of its own: see lean-density.wgsl. Twins: assign.ts and update.ts in src/backends/cpu/stages/

#import job
#import point-block
#import parameters
#import second-look

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
const SLICES: u32 = LANES / K;
const CENTERS: u32 = (K + 3u) / 4u * 4u;   // of which four at a time are compared

var<workgroup> sh_members: array<atomic<u32>, K * WORDS>;   // the words of one cluster side by side
var<workgroup> sh_half_norms: array<f32, CENTERS>;          // ½|c|²; of what is no centre so much that it is never near
var<workgroup> sh_sums: array<Vec, LANES>;

fn weight_of(at: u32) -> f32 {
#if WEIGHTED
  return weights[at];
#else
  return 1.0;
#endif
}

// Adds up the slices' sums of one block, and writes the total; called by all invocations together.
fn flush(sum: Vec, lane: u32, to: u32) {
  sh_sums[lane] = sum;
  workgroupBarrier();
  if (lane < K) {
    var total = Vec(0.0);
    for (var slice = 0u; slice < SLICES; slice++) {
      total += sh_sums[slice * K + lane];
    }
    partials[to] = total;
  }
  workgroupBarrier();
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let own = lane % K;
  let slice = lane / K;
  var half_norm = 0.0;
#each b DB
  let center{b} = parameter(own * DB + {b}u);
  half_norm = add_inner(0.5 * center{b}, center{b}, {b}u, half_norm);
  var first{b} = Vec(0.0);
#end
  var count = 0.0;
  var inertia = 0.0;
  if (lane < CENTERS) {
    sh_half_norms[lane] = select(0.5 * MAX_FLOAT, half_norm, lane < K);
  }
  workgroupBarrier();
  let start = group.x * job.run;
  let end = min(start + job.run, job.count);
  for (var tile = start; tile < end; tile += TILE) {
    for (var round = 0u; round < TAKEN / POINTS; round++) {
#each p POINTS
      let n{p} = (round * POINTS + {p}u) * LANES + lane;
      let at{p} = job.first + tile + n{p};
      var norm{p} = 0.0;
#each b DB
      let x{p}_{b} = point_block(at{p}, {b}u);
      norm{p} = add_inner(x{p}_{b}, x{p}_{b}, {b}u, norm{p});
#end
      var best{p} = MAX_FLOAT;
      var second{p} = MAX_FLOAT;
      var label{p} = 0u;
#end
      for (var quad = 0u; quad < CENTERS / 4u; quad++) {
        let k = quad * 4u;
        // Never, as there are K: it keeps compilers from writing the loop out, with all centres in registers.
        if (k >= job.components) {
          break;
        }
#insert scores
      }
#each p POINTS
      if (are_close(norm{p}, best{p}, second{p})) {
        label{p} = look_again(at{p});
      }
      if (tile + n{p} < end) {
        atomicOr(&sh_members[label{p} * WORDS + n{p} / 32u], 1u << (n{p} % 32u));
      }
#end
    }
    workgroupBarrier();
    if (slice < SLICES) {
      for (var word = slice; word < WORDS; word += SLICES) {
        var members = atomicExchange(&sh_members[own * WORDS + word], 0u);
        while (members != 0u) {
          // The place of the lowest bit. Some compilers of WGSL write firstTrailingBit(members) out, in 19 instructions.
          let at = job.first + tile + word * 32u + countOneBits(~members & (members - 1u));
          members &= members - 1u;
          let w = weight_of(at);
          var distance = 0.0;
#each b DB
          let z{b} = point_block(at, {b}u) - center{b};
          first{b} += w * z{b};
          distance = add_inner(z{b}, z{b}, {b}u, distance);
#end
          count += w;
          inertia += w * distance;
        }
      }
    }
    workgroupBarrier();
  }
  let to = (group.x * K + own) * BLOCKS;
#each b DB
  flush(first{b}, lane, to + {b}u);
#end
#if WIDE
  flush(Vec(count, inertia, 0.0, 0.0), lane, to + DB);
#else
  flush(Vec(count, inertia), lane, to + DB);
#endif
}
