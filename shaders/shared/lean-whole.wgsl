// Both steps of EM in one stage, for GPUs. A workgroup takes a run of points, one tile of 256 after another:
//
//   E   An invocation takes four points, POINTS at once. Log-densities go to rows of scratch memory that only this workgroup uses (and that
//       stay in caches), norms to workgroup memory.
//   M   The workgroup takes K components (and a unit of sums, from UNIT_BLOCKS blocks of features) at a time. An invocation owns one of them and
//       every SLICES-th point. STAGED points and their responsibilities at a time wait in workgroup memory.
//
// Between tiles an invocation keeps its sums in scratch memory: registers are needed for the E-step, and one float32 would lose much of a long
// run. Each sum is two numbers, as in totals.wgsl, which lose next to nothing; at the end of the run the slices are added up in the same
// way, in order. The including stage computes log-densities and moments (VALUES vec4f per unit); it calls `note`, `stage_responsibilities`,
// `stage_blocks` and `keep`, and in the end `leave`.

#import job
#import point-block
#import stored
#import norm
#import join-leaves
#import head

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(2) var<storage, read> points: array<Vec>;
@group(0) @binding(3) var<storage, read_write> densities: array<array<f32, 256>>;
@group(0) @binding(4) var<storage, read_write> sums: array<array<vec4f, LANES>>;     // by workgroup, unit and VALUES, two numbers each
@group(0) @binding(5) var<storage, read_write> log_likelihoods: array<LogLikelihood>; // by run
@group(0) @binding(6) var<storage, read_write> partials: array<vec4f>;               // by run, high and low numbers, component, tile
#if WEIGHTED
@group(0) @binding(7) var<storage, read> weights: array<f32>;                        // one per point of the window
#endif

const LANES: u32 = 64u;
const LEAVES: u32 = LANES;
const SLICES: u32 = LANES / K;
const STAGED: u32 = 32u;
const ROW: u32 = K | 1u;                              // odd, so that columns lie in different banks of memory

var<workgroup> sh_responsibilities: array<f32, STAGED * ROW>;
var<workgroup> sh_points: array<Vec, UNIT_BLOCKS * STAGED>;
var<workgroup> sh_norms: array<vec2f, 256>;

// The first of a workgroup's rows of log-densities. Each has an odd number of rows, which spreads them over the channels of memory.
fn first_row(group: u32) -> u32 {
  return group * (job.components | 1u);
}

// Where an invocation's sums for a unit lie. Units are counted over all components.
fn place_of(group: u32, unit: u32) -> u32 {
  let groups = (job.components + K - 1u) / K;
  return (group * groups * UNITS + unit) * VALUES;
}

// Number of tiles in a workgroup's run.
fn count_tiles(group: u32) -> u32 {
  let first = group * job.run;
  return (min(job.run, job.count - first) + 255u) / 256u;
}

// Keeps the norm of point n of the chunk, the tile's `at`-th; returns the log-likelihood with the point joined to it.
fn note(n: u32, at: u32, norm: Norm, before: LogLikelihood) -> LogLikelihood {
  if (n >= job.count) {
    sh_norms[at] = vec2f(norm.peak, 0.0);
    return before;
  }
  let w = weight_of(n);
  sh_norms[at] = scale_of(norm, w);
  return join_point(before, norm, w);
}

// Stages the responsibilities of components k0 … for STAGED points of the tile, from `at` on. All reads come first, so that none waits for another.
fn stage_responsibilities(row: u32, k0: u32, at: u32, lane: u32) {
  let n = lane % STAGED;
  let side = lane / STAGED;
#each i ROUNDS
  let d{i} = densities[row + min(k0 + {i}u * (LANES / STAGED) + side, job.components - 1u)][at + n];
#end
  let norm = sh_norms[at + n];
#each i ROUNDS
  if ({i}u * (LANES / STAGED) + side < K) {
    let r = exp2(max(d{i} - norm.x, MIN_EXPONENT)) * norm.y;
    sh_responsibilities[n * ROW + {i}u * (LANES / STAGED) + side] = r;
  }
#end
}

// Stages a unit's blocks of features (the including stage's `block_of`) for STAGED points, from point `at` of the window on.
fn stage_blocks(unit: u32, at: u32, lane: u32) {
  for (var i = lane; i < UNIT_BLOCKS * STAGED; i += LANES) {
    sh_points[i] = point_block(at + i % STAGED, block_of(unit, i / STAGED));
  }
}

// Adds a tile's value to the sum that this invocation keeps for the run; the first tile starts it.
fn keep(place: u32, value: vec4f, tile: u32, lane: u32) {
  let head = heads_of(value);
  let rest = value - head;
  if (tile == 0u) {
    sums[2u * place][lane] = head;
    sums[2u * place + 1u][lane] = rest;
  } else {
    sums[2u * place][lane] += head;
    sums[2u * place + 1u][lane] += rest;
  }
}

// Adds up the slices' sums of a unit, for components from k0 and tiles of the layout from `tile` on.
fn leave_sums(group: u32, unit: u32, k0: u32, tile: u32, lane: u32) {
  let low_row = job.components * TILES * SUMS;
  for (var e = lane; e < K * VALUES; e += LANES) {
    let k = k0 + e % K;
    let i = e / K;
    let place = 2u * (place_of(group, unit) + i);
    var high = vec4f(0.0);
    var low = vec4f(0.0);
    for (var slice = 0u; slice < SLICES; slice++) {
      let kept = sums[place][slice * K + e % K];
      let head = heads_of(kept);
      high += head;
      low += (kept - head) + sums[place + 1u][slice * K + e % K];
    }
    if (k < job.components && tile + i / SUMS < TILES) {
      let to = 2u * group * low_row + (k * TILES + tile + i / SUMS) * SUMS + i % SUMS;
      partials[to] = high;
      partials[to + low_row] = low;
    }
  }
}

// Writes the log-likelihood and the sums of the run; called by all invocations together.
fn leave(likelihood: LogLikelihood, group: u32, lane: u32) {
  sh_likelihoods[lane] = likelihood;
  let all = join_leaves(lane);
  if (lane == 0u) {
    log_likelihoods[job.tile_first + group] = all;
  }
  storageBarrier();
  workgroupBarrier();
  for (var unit = 0u; unit < (job.components + K - 1u) / K * UNITS; unit++) {
    leave_sums(group, unit, unit / UNITS * K, unit % UNITS * (VALUES / SUMS), lane);
  }
}
