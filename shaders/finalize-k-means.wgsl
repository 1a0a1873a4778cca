// The M-step of k-means on the device, for a stretch of iterations without the host:
//
//   c' = c + first / count
//
// It is computed in pairs (sum, rounding error) and rounded once, so that the centres equal the host's float64 result rounded to float32, except in
// rare ties: a centre rounded differently could move a point to another cluster.
//
// The stretch ends where the host would end the run (src/em/run.ts): where the last gain is below the tolerance, or where there was none and no
// cluster's count changed. It ends too early rather than too late, since the host does the last step again. It also ends where a cluster is empty,
// because the host gives it a point, and where the inertia rises. Twin: src/families/k-means.ts

#import stretch
#import head

@group(0) @binding(3) var<storage, read_write> kept: array<vec2f>;       // (count, inertia) for each row of totals and each cluster
@group(0) @binding(4) var<storage, read_write> before: array<f32>;       // the centres before the last M-step
@group(0) @binding(5) var<storage, read_write> parameters: array<f32>;

const LANES: u32 = 256u;
const PADDED: u32 = DB * W;
const COUNT: u32 = PADDED;
const INERTIA: u32 = PADDED + 1u;

var<workgroup> sh_changed: atomic<u32>;
var<workgroup> sh_counts: array<vec2f, LANES>;

// Returns x, hidden from compilers, which could replace (a + b) - a by b. To be called while the stretch goes on: `end` is 0 then.
fn rounded(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) | stretch.end); }

// TwoSum (Knuth): adds b to the sum a.x, and what that rounds off to a.y.
fn plus(a: vec2f, b: f32) -> vec2f {
  let sum = rounded(a.x + b);
  let added = rounded(sum - a.x);
  return vec2f(sum, a.y + ((a.x - rounded(sum - added)) + (b - added)));
}

fn exact_total(k: u32, offset: u32) -> vec2f {
  var sum = vec2f(0.0);
  for (var row = 0u; row < stretch.rows; row++) {
    sum = plus(sum, totals[(row * job.components + k) * job.sums * 4u + offset]);
  }
  return sum;
}

// a - b c, after Dekker's product: b and c are split, so that all four products are exact. Exact where b c is near a. Not fma(), which may round
// the product.
fn remainder(a: f32, b: f32, c: f32) -> f32 {
  let b_head = head_of(b);
  let c_head = head_of(c);
  return (((a - b_head * c_head) - b_head * (c - c_head)) - (b - b_head) * c_head) - (b - b_head) * (c - c_head);
}

// center + first / count
fn moved(center: f32, first: vec2f, count: vec2f) -> f32 {
  let step = first.x / count.x;
  let rest = (remainder(first.x, step, count.x) + (first.y - step * count.y)) / count.x;
  let c = plus(vec2f(center, rest), step);
  return c.x + c.y;
}

// Keeps this invocation's counts and inertias for the step to come, notes whether a count changed, and returns what the last step gained in them.
fn keep(lane: u32) -> f32 {
  var gain = 0.0;
  for (var part = lane; part < stretch.parts; part += LANES) {
    let sums = part * job.sums * 4u;
    let now = vec2f(totals[sums + COUNT], totals[sums + INERTIA]);
    kept[slot_now() + part] = now;
    if (stretch.iteration > 0u) {
      let old = kept[slot_before() + part];
      gain += old.y - now.y;
      if (old.x != now.x) {
        atomicStore(&sh_changed, 1u);
      }
    }
  }
  return gain;
}

fn goes_on(lane: u32) -> bool {
  let gain = add_up(lane, keep(lane));
  if (lane < job.components) {
    let count = exact_total(lane, COUNT);
    sh_counts[lane] = count;
    if (count.x <= stretch.least_count) {
      atomicStore(&sh_unsound, 1u);
    }
  }
  workgroupBarrier();
  if (lane == 0u) {
    let is_still = gain <= stretch.noise && atomicLoad(&sh_changed) == 0u;
    let is_little = stretch.tolerance > 0.0 && gain <= stretch.tolerance + stretch.noise;
    sh_ended = select(1u, 0u, decide(gain, is_still || is_little));
  }
  return workgroupUniformLoad(&sh_ended) == 0u;
}

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  if (ended(lane)) {
    return;
  }
  if (!goes_on(lane)) {
    return;
  }
  for (var i = lane; i < job.components * PADDED; i += LANES) {
    let k = i / PADDED;
    let center = parameters[HEADER + i];
    before[i] = center;
    parameters[HEADER + i] = moved(center, exact_total(k, i % PADDED), sh_counts[k]);
  }
}
