// A stretch of iterations without the host, as far as the stages that end each of them share it. They are one workgroup of LANES invocations
// (a power of two), which judges the E-step that is done and either ends the stretch or leaves the next parameters where the other
// stages read them. Once it has ended they change nothing, however many iterations follow.

#import job
#import vector

// How far a stretch has come, and when to end it. Twin: src/backends/webgpu/stretch.ts writes this struct.
struct Stretch {
  iteration: u32,        // E-steps done
  end: u32,              // 0: goes on; 1: little left to gain; 2: a matter for the host; 3: all steps done
  steps: u32,            // E-steps at most
  slots: u32,            // E-steps whose objectives are kept
  parts: u32,            // parts of the objective of one E-step
  rows: u32,             // totals of one E-step
  n: f32,                // N, or the sum of the weights
  least_count: f32,      // a component of fewer points (or less weight) is a matter for the host
  tolerance: f32,        // total gain still to come, below which it ends
  noise: f32,            // a total gain that may be rounding
  fall: f32,             // a total loss that rounding may explain, were all of it to one side
  gain: f32,             // of the last step
  rate: f32,             // by which gains shrank in the last step
  idle_gain: f32,        // of the last steps, as many as gained no more together than rounding explains …
  idle: u32,             // … and how many these are
  normalizer: f32,       // what all components' c share
  regularizer: array<f32, D>,
}

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read_write> stretch: Stretch;
@group(0) @binding(2) var<storage, read> totals: array<f32>;
#if HALTS
@group(0) @binding(8) var<storage, read_write> jobs: array<Place>;      // of the E-steps, JOB_STRIDE bytes each

struct Place {
  @size(256) job: Job,
}
#endif

// Parameters come after the batch's header.
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

// Where the parts of the objective of this E-step are kept, and of the one before.
fn slot_now() -> u32 { return stretch.iteration % stretch.slots * stretch.parts; }
fn slot_before() -> u32 { return (stretch.iteration + stretch.slots - 1u) % stretch.slots * stretch.parts; }

fn total(k: u32, offset: u32) -> f32 {
  var sum = 0.0;
  for (var row = 0u; row < stretch.rows; row++) {
    sum += totals[(row * job.components + k) * job.sums * 4u + offset];
  }
  return sum;
}

// The sum of what the invocations have; called by all together.
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

// Whether the stretch goes on; one invocation decides.
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
