// A stretch is a sequence of EM iterations without the host. The stages that end each iteration share this file. Each is one workgroup of LANES
// invocations (a power of two). It judges the E-step that was just done, and either ends the stretch or writes the next parameters to where
// the other stages read them. Once the stretch has ended it changes nothing, however many iterations follow.

#import job
#import vector

// How far a stretch has come, and when to end it. Twin: src/backends/webgpu/stretch.ts, which writes this struct.
struct Stretch {
  iteration: u32,        // E-steps done
  end: u32,              // 0: goes on; 1: little left to gain; 2: the host has to take over; 3: all steps done
  steps: u32,            // most E-steps
  slots: u32,            // E-steps whose objectives are kept
  parts: u32,            // parts of the objective of one E-step
  rows: u32,             // totals of one E-step
  n: f32,                // N, or Σ w_n where there are weights
  least_count: f32,      // where a component has fewer points (or less weight) the host takes over
  tolerance: f32,        // the stretch ends where the total gain still to come is below this
  noise: f32,            // the largest total gain that may be rounding
  fall: f32,             // the largest total loss that rounding can explain, were all of it to one side
  gain: f32,             // total gain of the last step
  rate: f32,             // the last gain divided by the one before, rounded up
  idle_gain: f32,        // total gain of the last `idle` steps
  idle: u32,             // how many of the last steps gained, together, no more than rounding explains
  normalizer: f32,       // the part of logNormalizer_k (base 2) that all components share
  regularizer: array<f32, D>,
}

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read_write> stretch: Stretch;
@group(0) @binding(2) var<storage, read> totals: array<f32>;
#if HALTS
@group(0) @binding(8) var<storage, read_write> jobs: array<Place>;      // of the E-steps, 256 bytes apart

struct Place {
  @size(256) job: Job,
}
#endif

// Floats of the batch's header, before the parameters.
const HEADER: u32 = 4u;

var<workgroup> sh_ended: u32;
var<workgroup> sh_unsound: atomic<u32>;
var<workgroup> sh_parts: array<f32, LANES>;

// Whether an earlier step ended the stretch; called by all invocations together.
fn ended(lane: u32) -> bool {
  if (lane == 0u) {
    sh_ended = stretch.end;
  }
  return workgroupUniformLoad(&sh_ended) != 0u;
}

// Where the parts of the objective are kept: those of this E-step, and those of the one before.
fn slot_now() -> u32 { return stretch.iteration % stretch.slots * stretch.parts; }
fn slot_before() -> u32 { return (stretch.iteration + stretch.slots - 1u) % stretch.slots * stretch.parts; }

fn total(k: u32, offset: u32) -> f32 {
  var sum = 0.0;
  for (var row = 0u; row < stretch.rows; row++) {
    sum += totals[(row * job.components + k) * job.sums * 4u + offset];
  }
  return sum;
}

// The sum of `part` over all invocations; called by all of them together.
fn add_up(lane: u32, part: f32) -> f32 {
  sh_parts[lane] = part;
  for (var half = LANES / 2u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (lane < half) {
      sh_parts[lane] += sh_parts[lane + half];
    }
  }
  workgroupBarrier();
  return sh_parts[0];
}

// Whether the stretch goes on; called by one invocation.
fn decide(gain: f32, is_little_left: bool) -> bool {
  var end = 0u;
  if (stretch.iteration + 1u >= stretch.steps) {
    end = 3u;
  }
  if (stretch.iteration > 0u && is_little_left) {
    end = 1u;
  }
  if (atomicLoad(&sh_unsound) > 0u || gain < -stretch.fall) {
    end = 2u;
  }
  if (end == 0u) {
    stretch.iteration += 1u;
    return true;
  }
  stretch.end = end;
#if HALTS
  for (var i = 0u; i < arrayLength(&jobs); i++) {
    jobs[i].job.count = 0u;
  }
#endif
  return false;
}
