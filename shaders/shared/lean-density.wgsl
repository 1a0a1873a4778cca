// The E-step of a mixture in one stage, for GPUs. An invocation takes POINTS points, so that one read of a parameter serves them all, and the
// parameters of some components at a time wait in workgroup memory. It writes densities[k][n], base 2, and for each point what turns its densities
// into responsibilities,
//
//   norms[n] = (peak_n, w_n / total_n),   peak_n = max_k densities[k][n],   total_n = Σ_k 2^(densities[k][n] − peak_n)
//
// (in the padding of a chunk 0 in place of w_n / total_n), and one partial log-likelihood per workgroup of 256 points. Each value of a point or a
// block is a variable of its own, because NVIDIA's compiler may leave arrays in memory (2.5 times the time). The including stage computes the
// log-densities and calls `include`, `finish` and `leave`.

#import job
#import point-block
#import near
#import norm
#import join-leaves

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(2) var<storage, read> points: array<Vec>;
@group(0) @binding(3) var<storage, read_write> densities: array<f32>;
@group(0) @binding(4) var<storage, read_write> norms: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> log_likelihoods: array<LogLikelihood>;
#if WEIGHTED
@group(0) @binding(6) var<storage, read> weights: array<f32>;             // one per point of the window
#endif

const LANES: u32 = 256u / POINTS;
const LEAVES: u32 = 256u;
const NEAR_FLOATS: u32 = 1152u;
const ROOM: u32 = max(NEAR * STRIDE, LEAVES);

// Writes the norm of point n of the chunk, and its log-likelihood as a leaf.
fn finish(n: u32, norm: Norm) {
  if (n >= job.count) {
    norms[n] = vec2f(norm.peak, 0.0);
    put_leaf(n % 256u, NO_POINTS);
    return;
  }
  let w = weight_of(n);
  norms[n] = scale_of(norm, w);
  put_leaf(n % 256u, join_point(NO_POINTS, norm, w));
}

// Writes the workgroup's log-likelihood; called by all invocations together.
fn leave(group: u32, lane: u32) {
  let all = join_leaves(lane);
  if (lane == 0u) {
    log_likelihoods[job.tile_first + group] = all;
  }
}
