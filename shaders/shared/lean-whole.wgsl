// Both steps of EM in one stage, for GPUs. A workgroup takes a run of points, one tile of 256 after another:
//
//   E   An invocation takes four points, POINTS at once. Log-densities and norms (see lean-density.wgsl) go to rows of scratch memory that only
//       this workgroup uses, and that stay in caches.
//   M   The workgroup takes K components (and a unit of sums, from UNIT_BLOCKS blocks of features) at a time, as slices.wgsl says. With few
//       components, an invocation keeps their sums over FOLD_TILES tiles.
//
// The including stage computes log-densities and moments; it calls `note`, `stage_responsibilities`, `stage_blocks` and `fold`, and in the end `leave`.

const BLOCKS: u32 = UNIT_BLOCKS;

#import job
#import point-block
#import near
#import norm
#import room
#import join-leaves
#import slices

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(2) var<storage, read> points: array<Vec>;
@group(0) @binding(3) var<storage, read_write> densities: array<array<f32, 256>>;
@group(0) @binding(4) var<storage, read_write> norms: array<array<vec2f, 256>>;      // a row for each workgroup
@group(0) @binding(5) var<storage, read_write> log_likelihoods: array<LogLikelihood>; // by run
@group(0) @binding(6) var<storage, read_write> partials: array<vec4f>;               // by run, high and low numbers, component, tile
#if WEIGHTED
@group(0) @binding(7) var<storage, read> weights: array<f32>;                        // one per point of the window
#endif

const LEAVES: u32 = LANES;
const NEAR_FLOATS: u32 = 576u;   // beside all else, so that several workgroups find room
// Only where sums are of all components and features.
const FOLD_TILES: u32 = select(1u, max(1u, SLICES / 4u), UNITS == 1u);
const ROOM: u32 = max(NEAR * STRIDE, SLICES_ROOM);

// The first of a workgroup's rows of log-densities. Each has an odd number of rows, which spreads them over the channels of memory.
fn first_row(group: u32) -> u32 {
  return group * (job.components | 1u);
}

// Number of tiles in a workgroup's run.
fn count_tiles(group: u32) -> u32 {
  let first = group * job.run;
  return (min(job.run, job.count - first) + 255u) / 256u;
}

// Writes the norm of point n of the chunk, the tile's `at`-th; returns the log-likelihood with the point joined to it.
fn note(n: u32, group: u32, at: u32, norm: Norm, before: LogLikelihood) -> LogLikelihood {
  if (n >= job.count) {
    norms[group][at] = vec2f(norm.peak, 0.0);
    return before;
  }
  let w = weight_of(n);
  norms[group][at] = scale_of(norm, w);
  return join_point(before, norm, w);
}

// Stages the responsibilities of components k0 … for STAGED points of the tile, from `at` on. All reads come first, so that none waits for another.
fn stage_responsibilities(group: u32, row: u32, k0: u32, at: u32, lane: u32) {
#each i ROUNDS
  let n{i} = min(at + ({i}u * LANES + lane) / QUADS, 255u);
  let first{i} = k0 + ({i}u * LANES + lane) % QUADS * 4u;
  let d{i} = vec4f(
#each c 4
    densities[row + min(first{i} + {c}u, job.components - 1u)][n{i}],
#end
  );
  let norm{i} = norms[group][n{i}];
#end
#each i ROUNDS
  if (is_entry({i}u, lane, STAGED * QUADS)) {
    sh_room[{i}u * LANES + lane] = bitcast<vec4u>(exp2(max(d{i} - norm{i}.x, vec4f(MIN_EXPONENT))) * norm{i}.y);
  }
#end
}

// Stages a unit's blocks of features (the including stage's `block_of`) for STAGED points, from point `at` of the window on.
fn stage_blocks(unit: u32, at: u32, lane: u32) {
  for (var i = 0u; i < (UNIT_BLOCKS * STAGED + LANES - 1u) / LANES; i++) {
    let n = lane % STAGED;
    let b = i * (LANES / STAGED) + lane / STAGED;
    if (is_entry(i, lane, UNIT_BLOCKS * STAGED)) {
      sh_room[POINTS_AT + b * ROWS + n] = bits_of_block(point_block(at + n, block_of(unit, b)));
    }
  }
}

// Writes the log-likelihood of the run; called by all invocations together.
fn leave(likelihood: LogLikelihood, group: u32, lane: u32) {
  put_leaf(lane, likelihood);
  let all = join_leaves(lane);
  if (lane == 0u) {
    log_likelihoods[job.tile_first + group] = all;
  }
}
