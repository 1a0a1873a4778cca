// Turns log-densities into responsibilities, up to a factor per point, in place; and writes that factor and the chunk's log-likelihood:
//
//   densities[k][n] = 2^(densities[k][n] − peak_n),   peak_n = max_k densities[k][n],   total_n = their sum,   scales[n] = 1 / total_n
//
// The responsibility is densities[k][n] scales[n]: to write it here, all components would have to be gone over once more. One partial
// log-likelihood per tile of 256 points: Σ_n (peak_n + log2 total_n). Twins: normalize.ts and log-likelihood.ts in src/backends/cpu/stages/
//
// WEIGHTED: scales[n] = w_n / total_n, and the log-likelihood is Σ_n w_n (peak_n + log2 total_n). Twin: weigh.ts, too

#import job
#import norm
#import join-leaves

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read_write> densities: array<f32>;
@group(0) @binding(2) var<storage, read_write> scales: array<f32>;        // on entry peak_n, on exit w_n / total_n (w_n = 1 without weights)
@group(0) @binding(3) var<storage, read_write> log_likelihoods: array<LogLikelihood>;

#if WEIGHTED
@group(0) @binding(4) var<storage, read> weights: array<f32>;             // one per point of the window
#endif

// Returns the log-likelihood of the points before with point n joined to it.
fn normalize_point(before: LogLikelihood, n: u32) -> LogLikelihood {
  let peak = scales[n];
  var total = 0.0;
  for (var k = 0u; k < job.components; k++) {
    let at = k * job.row + n;
    let e = exp2(max(densities[at] - peak, MIN_EXPONENT));
    densities[at] = e;
    total += e;
  }
  let w = weight_of(n);
  scales[n] = w / total;
  return join_point(before, Norm(peak, total), w);
}

const LANES: u32 = 64u;
const LEAVES: u32 = LANES;
const ROOM: u32 = LEAVES;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32) {
  if (job.count == 0u) {
    return;
  }
  var sum = NO_POINTS;
  for (var i = 0u; i < 4u; i++) {
    let n = tile.x * 256u + i * LANES + lane;
    if (n < job.count) {
      sum = normalize_point(sum, n);
    }
  }
  put_leaf(lane, sum);
  let all = join_leaves(lane);
  if (lane == 0u) {
    log_likelihoods[job.tile_first + tile.x] = all;
  }
}
