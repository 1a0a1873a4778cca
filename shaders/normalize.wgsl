// From log-densities to responsibilities, but for a factor, in place; the factor; and the chunk's log-likelihood:
//
//   densities[k][n] = 2^(densities[k][n] - m_n),   m_n = max_k densities[k][n],   s_n = their sum,   scales[n] = 1 / s_n
//
// The responsibility is densities[k][n] scales[n]: to write it here would mean to go over all components once more.
// One partial log-likelihood, sum m_n + log2(prod s_n), per tile of 256 points. Twins: src/backends/cpu/stages/normalize.ts and
// log-likelihood.ts
//
// WEIGHTED: scales[n] = w_n / s_n, and the log-likelihood is sum w_n (m_n + log2 s_n), all of it in `maxima`.

#import job
#import join-leaves

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read_write> densities: array<f32>;
@group(0) @binding(2) var<storage, read_write> scales: array<f32>;        // comes with m_n
@group(0) @binding(3) var<storage, read_write> log_likelihoods: array<LogLikelihood>;

#if WEIGHTED
@group(0) @binding(4) var<storage, read> weights: array<f32>;             // of the window's points
#endif

fn normalize_point(n: u32) -> LogLikelihood {
  let m = scales[n];
  var s = 0.0;
  for (var k = 0u; k < job.components; k++) {
    let at = k * job.row + n;
    let e = exp2(max(densities[at] - m, MIN_EXPONENT));
    densities[at] = e;
    s += e;
  }
#if WEIGHTED
  let w = weights[job.first + n];
  scales[n] = w / s;
  return LogLikelihood(w * (m + exact_log2(s)), 1.0, 0);
#else
  scales[n] = 1.0 / s;
  return of_point(m, s);
#endif
}

const LANES: u32 = 64u;
const LEAVES: u32 = LANES;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32) {
  if (job.count == 0u) {
    return;
  }
  var sum = LogLikelihood(0.0, 1.0, 0);
  for (var i = 0u; i < 4u; i++) {
    let n = tile.x * 256u + i * LANES + lane;
    if (n < job.count) {
      sum = join(sum, normalize_point(n));
    }
  }
  sh_likelihoods[lane] = sum;
  let all = join_leaves(lane);
  if (lane == 0u) {
    log_likelihoods[job.tile_first + tile.x] = all;
  }
}
