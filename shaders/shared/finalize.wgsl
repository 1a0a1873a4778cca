// What the finalize stages share. One workgroup, an invocation per component: it sums the totals of its component, judges
// whether to go on, and leaves the next parameters where the other stages read them.

#import job
#import likelihood
#import vector

// How far a stretch of iterations has come, and when to end it. Twin: src/backends/webgpu/resident.ts writes this struct.
struct Stretch {
  iteration: u32,        // E-steps done
  end: u32,              // 0: goes on; 1: little left to gain; 2: a matter for float64; 3: all steps done
  steps: u32,            // E-steps at most
  slots: u32,            // log-likelihoods that are kept
  tiles: u32,            // partial log-likelihoods of one E-step
  groups: u32,           // totals of one E-step
  n: f32,                // N, or the sum of the weights
  least_count: f32,      // a component of fewer points (or less weight) is a matter for float64
  tolerance: f32,        // total gain (base 2) still to come, below which it ends
  noise: f32,            // a total gain (base 2) that may be rounding
  fall: f32,             // a total loss (base 2) that rounding may explain, were all of it to one side
  gain: f32,             // of the last step
  rate: f32,             // by which gains shrank in the last step
  normalizer: f32,       // what all components' c share
  regularizer: array<f32, D>,
}

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> totals: array<f32>;
@group(0) @binding(2) var<storage, read> offsets: array<u32>;          // of count, first and second moments among a component's sums
@group(0) @binding(3) var<storage, read> log_likelihoods: array<LogLikelihood>;
@group(0) @binding(4) var<storage, read_write> means: array<f32>;
@group(0) @binding(5) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(6) var<storage, read_write> stretch: Stretch;
@group(0) @binding(7) var<storage, read_write> dispatches: array<u32>;

const LANES: u32 = 64u;
// Parameters come after the batch's header; squared distances are in units of base-2 logarithms.
const HEADER: u32 = 4u;
const BASE2: f32 = 0.84932180028801907;

var<workgroup> sh_ended: u32;
var<workgroup> sh_unsound: atomic<u32>;
var<workgroup> sh_gain: array<f32, LANES>;

// Whether an earlier step ended the stretch; called by all invocations together.
fn ended(lane: u32) -> bool {
  if (lane == 0u) {
    sh_ended = stretch.end;
  }
  return workgroupUniformLoad(&sh_ended) != 0u;
}

fn total(k: u32, offset: u32) -> f32 {
  var sum = 0.0;
  for (var g = 0u; g < stretch.groups; g++) {
    sum += totals[(g * job.components + k) * job.sums * 4u + offset];
  }
  return sum;
}

fn count_of(k: u32) -> f32 { return total(k, offsets[0]); }
fn first_of(k: u32, d: u32) -> f32 { return total(k, offsets[1u + d]); }
fn second_of(k: u32, i: u32) -> f32 { return total(k, offsets[1u + D + i]); }

fn log_likelihood(slot: u32, tile: u32) -> f32 {
  let l = log_likelihoods[slot * stretch.tiles + tile];
  return l.maxima + (f32(l.exponent) + log2(l.mantissa));
}

// What the last step gained, tile by tile: differences of the parts are more exact than that of the sums.
fn gain_of_step(lane: u32) -> f32 {
  let now = stretch.iteration % stretch.slots;
  let before = (stretch.iteration + stretch.slots - 1u) % stretch.slots;
  var sum = 0.0;
  if (stretch.iteration > 0u) {
    for (var tile = lane; tile < stretch.tiles; tile += LANES) {
      sum += log_likelihood(now, tile) - log_likelihood(before, tile);
    }
  }
  sh_gain[lane] = sum;
  for (var half = LANES / 2u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (lane < half) {
      sh_gain[lane] += sh_gain[lane + half];
    }
  }
  workgroupBarrier();
  return sh_gain[0];
}

// The rate by which gains shrink, at most: rounding may have changed both.
fn rate_of(gain: f32) -> f32 {
  let before = stretch.gain - stretch.noise;
  return select(1.0, (gain + stretch.noise) / max(before, 1e-30), stretch.iteration > 1u && before > 0.0);
}

// The rule of src/em/stopping.ts over single steps: on the device further ones cost little. The host has the last word.
fn little_left(gain: f32) -> bool {
  if (stretch.iteration == 0u || stretch.tolerance == 0.0) {   // 0: all steps are wanted
    return false;
  }
  if (gain <= stretch.noise) {
    return true;
  }
  let rate = max(rate_of(gain), stretch.rate);
  return rate < 1.0 && gain * rate < stretch.tolerance * (1.0 - rate);
}

// How the stretch ends, 0 where it does not; one invocation decides.
fn decide(gain: f32) -> u32 {
  var end = 0u;
  if (stretch.iteration + 1u >= stretch.steps) {
    end = 3u;
  }
  if (little_left(gain)) {
    end = 1u;
  }
  if (atomicLoad(&sh_unsound) > 0u || gain < -stretch.fall) {
    end = 2u;
  }
  if (end == 0u) {
    stretch.rate = rate_of(gain);
    stretch.gain = gain;
    stretch.iteration += 1u;
  } else {
    stretch.end = end;
    for (var i = 0u; i < arrayLength(&dispatches); i += 3u) {
      dispatches[i] = 0u;
    }
  }
  return end;
}

// Whether to go on; called by all invocations together. `sound`: this invocation's component can be done in float32.
fn goes_on(lane: u32, sound: bool) -> bool {
  let gain = gain_of_step(lane);
  if (!sound) {
    atomicStore(&sh_unsound, 1u);
  }
  workgroupBarrier();
  if (lane == 0u) {
    sh_ended = decide(gain);
  }
  return workgroupUniformLoad(&sh_ended) == 0u;
}

// Whether a mean's rounding to float32, 2^-24 of it, is little beside its component's standard deviation: 2^-11 at most.
fn resolves(mean: f32, deviation: f32) -> bool {
  return abs(mean) <= 8192.0 * deviation;
}
