// Both steps of EM in one stage, for GPUs. A workgroup takes a run of points, one tile of 256 after another:
//
//   E   An invocation takes four points, POINTS at once. Log-densities go to rows of scratch memory that only this workgroup uses (and that
//       stay in caches), norms to workgroup memory.
//   M   The workgroup takes K components (and a unit of sums, from UNIT_BLOCKS blocks of features) at a time, as slices.wgsl says. With few
//       components, an invocation keeps their sums over FOLD_TILES tiles.
//
// The including stage computes log-densities and moments; it calls `note`, `stage_responsibilities`, `stage_blocks` and `fold`, and in the end `leave`.

const BLOCKS: u32 = UNIT_BLOCKS;

#import job
#import point-block
#import near
#import norm
#import join-leaves
#import slices

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(2) var<storage, read> points: array<Vec>;
@group(0) @binding(3) var<storage, read_write> densities: array<array<f32, 256>>;
@group(0) @binding(4) var<storage, read_write> log_likelihoods: array<LogLikelihood>; // by run
@group(0) @binding(5) var<storage, read_write> partials: array<vec4f>;               // by run, high and low numbers, component, tile
#if WEIGHTED
@group(0) @binding(6) var<storage, read> weights: array<f32>;                        // one per point of the window
#endif

const LEAVES: u32 = LANES;
const NEAR_FLOATS: u32 = 576u;   // beside all else, so that several workgroups find room
// Only where sums are of all components and features.
const FOLD_TILES: u32 = select(1u, max(1u, SLICES / 4u), UNITS == 1u);

var<workgroup> sh_norms: array<vec2f, 256>;

// The first of a workgroup's rows of log-densities. Each has an odd number of rows, which spreads them over the channels of memory.
fn first_row(group: u32) -> u32 {
  return group * (job.components | 1u);
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
  let d{i} = densities[row + min(k0 + {i}u * SIDES + side, job.components - 1u)][at + n];
#end
  let norm = sh_norms[at + n];
#each i ROUNDS
  if ({i}u * SIDES + side < K) {
    sh_responsibilities[n][{i}u * SIDES + side] = exp2(max(d{i} - norm.x, MIN_EXPONENT)) * norm.y;
  }
#end
}

// Stages a unit's blocks of features (the including stage's `block_of`) for STAGED points, from point `at` of the window on.
fn stage_blocks(unit: u32, at: u32, lane: u32) {
  for (var i = lane; i < UNIT_BLOCKS * STAGED; i += LANES) {
    sh_points[i / STAGED][i % STAGED] = point_block(at + i % STAGED, block_of(unit, i / STAGED));
  }
}

// Writes the log-likelihood of the run; called by all invocations together.
fn leave(likelihood: LogLikelihood, group: u32, lane: u32) {
  sh_likelihoods[lane] = likelihood;
  let all = join_leaves(lane);
  if (lane == 0u) {
    log_likelihoods[job.tile_first + group] = all;
  }
}
