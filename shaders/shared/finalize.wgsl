// What the finalize stages of mixtures share: an invocation per component, which sums the totals of its component.

#import stretch
#import likelihood

@group(0) @binding(3) var<storage, read> offsets: array<u32>;          // of count, first and second moments among a component's sums
@group(0) @binding(4) var<storage, read> log_likelihoods: array<LogLikelihood>;
@group(0) @binding(5) var<storage, read_write> kept: array<LogLikelihood>;
@group(0) @binding(6) var<storage, read_write> means: array<f32>;
@group(0) @binding(7) var<storage, read_write> parameters: array<f32>;

const LANES: u32 = 64u;
// Squared distances are in units of base-2 logarithms.
const BASE2: f32 = 0.84932180028801907;

fn count_of(k: u32) -> f32 { return total(k, offsets[0]); }
fn first_of(k: u32, d: u32) -> f32 { return total(k, offsets[1u + d]); }
fn second_of(k: u32, i: u32) -> f32 { return total(k, offsets[1u + D + i]); }

fn difference(a: LogLikelihood, b: LogLikelihood) -> f32 {
  return (a.maxima - b.maxima) + f32(a.exponent - b.exponent) + log2(a.mantissa / b.mantissa);
}

// Keeps this invocation's parts of the log-likelihood and says what the last step gained in them: differences of the parts are more exact
// than that of the sums.
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

// The rate by which gains shrink, at most: rounding may have changed both.
fn rate_of(gain: f32) -> f32 {
  let before = stretch.gain - stretch.noise;
  return select(1.0, (gain + stretch.noise) / max(before, 1e-30), stretch.iteration > 1u && before > 0.0);
}

// So many steps that gain nothing end a stretch: few, as the host looks at more of them together.
const IDLE: u32 = 16u;

// Counts the last steps whose gains together may be rounding.
fn count_idle(gain: f32) {
  let together = stretch.idle_gain + gain;
  let is_idle = stretch.iteration > 0u && together <= stretch.noise;
  stretch.idle_gain = select(0.0, together, is_idle);
  stretch.idle = select(0u, stretch.idle + 1u, is_idle);
}

// The rule of src/em/stopping.ts over single steps: on the device further ones cost little. The host has the last word.
fn little_left(gain: f32, rate_now: f32) -> bool {
  if (stretch.tolerance == 0.0) {   // all steps are wanted
    return false;
  }
  if (stretch.idle > 0u) {
    return stretch.idle >= IDLE;
  }
  let rate = max(rate_now, stretch.rate);
  return rate < 1.0 && gain * rate < stretch.tolerance * (1.0 - rate);
}

// Whether to go on; called by all invocations together. `sound`: this invocation's component can be done in float32.
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

// Whether a mean's rounding to float32, 2^-24 of it, is little beside its component's standard deviation: 2^-11 at most.
fn resolves(mean: f32, deviation: f32) -> bool {
  return abs(mean) <= 8192.0 * deviation;
}
