// E-step of a mixture in one stage, for GPUs. An invocation takes POINTS points; what it reads of the parameters serves them all. It writes
// densities[k][n], base 2, and of each point what makes responsibilities of them,
//
//   norms[n] = (m_n, w_n / s_n),   m_n = max_k densities[k][n],   s_n = sum_k 2^(densities[k][n] - m_n)
//
// zero for the padding of a chunk; and one partial log-likelihood per workgroup of 256 points. Everything that belongs to one point or block
// is a variable of its own: what NVIDIA's compiler finds in an array it may leave in memory (2.5 times the time). A stage says what a
// log-density is, and calls `include`, `finish` and `leave`.

#import job
#import point-block
#import stored
#import norm
#import join-leaves

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(2) var<storage, read> points: array<Vec>;
@group(0) @binding(3) var<storage, read_write> densities: array<f32>;
@group(0) @binding(4) var<storage, read_write> norms: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> log_likelihoods: array<LogLikelihood>;
#if WEIGHTED
@group(0) @binding(6) var<storage, read> weights: array<f32>;             // of the window's points
#endif

const LANES: u32 = 256u / POINTS;
const LEAVES: u32 = 256u;

// Writes what belongs to point n of the chunk, and leaves its log-likelihood.
fn finish(n: u32, norm: Norm) {
  let nothing = LogLikelihood(0.0, 1.0, 0);
  if (n >= job.count) {
    norms[n] = vec2f(norm.largest, 0.0);
    sh_likelihoods[n % 256u] = nothing;
    return;
  }
  let w = weight_of(n);
  norms[n] = scale_of(norm, w);
  sh_likelihoods[n % 256u] = join_point(nothing, norm, w);
}

// The workgroup's log-likelihood; called by all invocations together.
fn leave(group: u32, lane: u32) {
  let all = join_leaves(lane);
  if (lane == 0u) {
    log_likelihoods[job.tile_first + group] = all;
  }
}
