// What the finalize stages of mixtures share. Each invocation adds up the totals of one component.

#import stretch
#import likelihood

@group(0) @binding(3) var<storage, read> offsets: array<u32>;          // where count, first and second moments lie among a component's sums
@group(0) @binding(4) var<storage, read> log_likelihoods: array<LogLikelihood>;
@group(0) @binding(5) var<storage, read_write> kept: array<LogLikelihood>;
@group(0) @binding(6) var<storage, read_write> means: array<f32>;
@group(0) @binding(7) var<storage, read_write> parameters: array<f32>;

const LANES: u32 = 64u;
// sqrt(log2(e) / 2): scales a precision factor, so that densities come out in base 2.
const BASE2: f32 = 0.84932180028801907;

fn count_of(k: u32) -> f32 { return total(k, offsets[0]); }
fn first_of(k: u32, d: u32) -> f32 { return total(k, offsets[1u + d]); }
fn second_of(k: u32, i: u32) -> f32 { return total(k, offsets[1u + D + i]); }

fn difference(a: LogLikelihood, b: LogLikelihood) -> f32 {
  return (a.peaks - b.peaks) + f32(a.exponent - b.exponent) + log2(a.mantissa / b.mantissa);
}

// Keeps this invocation's parts of the log-likelihood, for the step to come, and returns what the last step gained in them. Part by part,
// because differences of small numbers are more exact than the difference of two large sums.
fn keep(lane: u32) -> f32 {
  var gain = 0.0;
  for (var part = lane; part < stretch.parts; part += LANES) {
    let now = log_likelihoods[part];
    kept[slot_now() + part] = now;
    if (stretch.iteration > 0u) {
      gain += difference(now, kept[slot_before() + part]);
    }
  }
  return gain;
}

// The rate by which gains shrink, rounded up: rounding may have changed both gains by `noise`.
fn rate_of(gain: f32) -> f32 {
  let before = stretch.gain - stretch.noise;
  return select(1.0, (gain + stretch.noise) / max(before, 1e-30), stretch.iteration > 1u && before > 0.0);
}

// A stretch ends after this many steps without a gain. The host asks for more of them before it ends a run.
const IDLE: u32 = 16u;

// Counts how many of the last steps gained, together, no more than rounding explains.
fn count_idle(gain: f32) {
  let together = stretch.idle_gain + gain;
  let is_idle = stretch.iteration > 0u && together <= stretch.noise;
  stretch.idle_gain = select(0.0, together, is_idle);
  stretch.idle = select(0u, stretch.idle + 1u, is_idle);
}

// The rule of src/em/stopping.ts, applied to single steps: a few steps too many cost little on the device. The host has the last word.
fn little_left(gain: f32, rate_now: f32) -> bool {
  if (stretch.tolerance == 0.0) {   // 0 asks for all steps
    return false;
  }
  if (stretch.idle > 0u) {
    return stretch.idle >= IDLE;
  }
  let rate = max(rate_now, stretch.rate);
  return rate < 1.0 && gain * rate < stretch.tolerance * (1.0 - rate);
}

// Whether the stretch goes on; called by all invocations together. `sound`: float32 will do for this invocation's component.
fn goes_on(lane: u32, sound: bool) -> bool {
  let gain = add_up(lane, keep(lane));
  if (!sound) {
    atomicStore(&sh_unsound, 1u);
  }
  workgroupBarrier();
  if (lane == 0u) {
    let rate = rate_of(gain);
    count_idle(gain);
    sh_ended = select(1u, 0u, decide(gain, little_left(gain, rate)));
    stretch.gain = gain;
    stretch.rate = rate;
  }
  return workgroupUniformLoad(&sh_ended) == 0u;
}

// Whether rounding a mean to float32 (2^-24 of it) moves it little beside its standard deviation: by 2^-11 of that at most.
fn resolves(mean: f32, deviation: f32) -> bool {
  return abs(mean) <= 8192.0 * deviation;
}
