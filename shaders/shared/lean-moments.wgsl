// The M-step's sums from log-densities and norms, for GPUs; see slices.wgsl for how. The including stage has a number BLOCKS of blocks of features that
// it stages.

#import point-block
#import slices

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> means: array<Vec>;
@group(0) @binding(2) var<storage, read> points: array<Vec>;
@group(0) @binding(3) var<storage, read> densities: array<f32>;
@group(0) @binding(4) var<storage, read> norms: array<vec2f>;            // as the density stages leave them
@group(0) @binding(5) var<storage, read_write> partials: array<vec4f>;   // by run, high and low numbers, component, tile

// Points between two folds: a multiple of STAGED.
const FOLDED: u32 = 64u * SLICES;
const ROOM: u32 = SLICES_ROOM;

// Stages the responsibilities of components k0 … for STAGED points of the chunk, from `at` on; 0 from `end` on. All reads come first, so that none
// waits for another.
fn stage_responsibilities(k0: u32, at: u32, end: u32, lane: u32) {
#each i ROUNDS
  let n{i} = at + ({i}u * LANES + lane) / QUADS;
  let first{i} = k0 + ({i}u * LANES + lane) % QUADS * 4u;
  let point{i} = min(n{i}, end - 1u);
  let d{i} = vec4f(
#each c 4
    densities[min(first{i} + {c}u, job.components - 1u) * job.row + point{i}],
#end
  );
  let norm{i} = norms[point{i}];
#end
#each i ROUNDS
  if (is_entry({i}u, lane, STAGED * QUADS)) {
    let r = exp2(max(d{i} - norm{i}.x, vec4f(MIN_EXPONENT))) * norm{i}.y;
    sh_room[{i}u * LANES + lane] = bitcast<vec4u>(select(vec4f(0.0), r, n{i} < end));
  }
#end
}

// Stages block b of a point of the chunk as the `to`-th. Past the last block that block is staged again: nobody reads its sums.
fn stage_block(b: u32, to: u32, at: u32, end: u32, n: u32) {
  sh_room[POINTS_AT + to * ROWS + n] = bits_of_block(point_block(job.first + min(at + n, end - 1u), min(b, DB - 1u)));
}

// A block of the mean of the invocation's component.
fn mean_block(k0: u32, lane: u32, b: u32) -> Vec {
  return means[min(k0 + lane % K, job.components - 1u) * DB + min(b, DB - 1u)];
}
