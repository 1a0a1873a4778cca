// Log-densities of a mixture of Poisson distributions, features independent, for one chunk of points and one batch of components:
//
//   log p(x | rate) = base(x) − deviance(x, rate),   deviance(x, rate) = x log(x / rate) − x + rate >= 0
//
// base(x) = x log x − x − log x! is the same for all components. It is summed once per point, less a `reference` that the host has put into
// the log-normalizer, so that float32 rounds a small number. A rate is μ (1 + e): μ is the rate rounded to float32, and |e| <= 2^-24.
//
//   deviance(x, μ (1 + e)) = deviance(x, μ) − e (x − μ) + x e² / 2 − …
//
// The terms from x e² / 2 on are left out: for counts up to 2^24 they are 2^-25 at most. Twin: src/backends/cpu/stages/log-density-poisson.ts

#import density
#import parameters

// Vec per component: μ, e, reference, and one that starts with the log-normalizer.
const STRIDE: u32 = 3u * DB + 1u;

const LOG2E: f32 = 1.44269504;
// log 2 in two parts: one float32 alone would be off to the same side for all points.
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;
// The peak count that float32 tells from its neighbours. A number that is no count is treated as the nearest count.
const LARGEST: f32 = 16777216.0;

#if WIDE
alias Bits = vec4u;
#else
alias Bits = vec2u;
#endif

const ONES: Vec = Vec(1.0);
const BIAS: Bits = Bits(127u);
const MANTISSA_BITS: Bits = Bits(23u);

// Exactly 0 where x = μ. Where x and μ are not within a factor of 2, μ is brought near x by a power of two, l = μ 2^s:
// deviance(x, μ) = deviance(x, l) + x s log 2 + μ (1 − 2^s). With v = (x − l) / (x + l), log(x / l) = 2 atanh v.
fn deviance(x: Vec, mu: Vec, e: Vec) -> Vec {
  let at = clamp(x, ONES, Vec(LARGEST));
  let near = (at <= 2.0 * mu) & (mu <= 2.0 * at);
  let apart = (bitcast<Bits>(at) >> MANTISSA_BITS) + BIAS - (bitcast<Bits>(mu) >> MANTISSA_BITS);
  let biased = select(apart, BIAS, near);
  let power = bitcast<Vec>(biased << MANTISSA_BITS);
  let l = mu * power;
  let z = at - l;
  let v = z / (at + l);
  let close = z * v + 2.0 * at * v * (v * v) * tail(v * v);
  let xs = at * (Vec(biased) - 127.0);
  let whole = close + (xs * LN2_HIGH + mu * (1.0 - power)) + xs * LN2_LOW;
  return select(whole, mu, x == Vec(0.0)) - e * (x - mu);
}

fn base(x: Vec) -> Vec {
  let at = clamp(x, ONES, Vec(LARGEST));
  let bits = bitcast<Bits>(at);
  let exponent = Vec(bits >> MANTISSA_BITS) - 127.0;
  let mantissa = bitcast<Vec>((bits & Bits(0x007fffffu)) | Bits(0x3f800000u));
  let v = (mantissa - 1.0) / (mantissa + 1.0);
  let half_log = v + v * (v * v) * tail(v * v) + 0.5 * (exponent * LN2_HIGH + exponent * LN2_LOW);
  return select(-0.918938533 - half_log - stirling(1.0 / at), Vec(0.0), x == Vec(0.0));
}

// log x! − (x log x − x + log(2 π x) / 2) for a whole x >= 1, u = 1 / x, to 5e-9.
fn stirling(u: Vec) -> Vec {
  let high = ((1.42218941e-4 * u - 6.45669863e-4) * u + 1.06353309e-3) * u - 6.09097331e-5;
  return u * (((high * u - 2.77068811e-3) * u - 3.49734534e-7) * u + 0.0833333367);
}

// (atanh v / v − 1) / v² for u = v² <= 1/9, to 4e-9. WGSL's own logarithm may be off by 2^-21 near 1.
fn tail(u: Vec) -> Vec {
  return (((0.116121646 * u + 0.108532879) * u + 0.14296179) * u + 0.199998532) * u + 0.333333337;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let x = load_points(job.first, group.x, lane);
  var peak = peaks_so_far(group.x, lane);
  var offset = PerPoint();
  for (var b = 0u; b < DB; b++) {
    let reference = parameter(2u * DB + b);   // all components have the same
    for (var p = 0u; p < POINTS; p++) {
      offset[p] = add_inner(reference - base(x[p][b]), ONES, b, offset[p]);
    }
  }
  for (var k = 0u; k < batch.count; k++) {
    let first = k * STRIDE;
    var distance = offset;
    for (var b = 0u; b < DB; b++) {
      let mu = parameter(first + b);
      let e = parameter(first + DB + b);
      for (var p = 0u; p < POINTS; p++) {
        distance[p] = add_inner(deviance(x[p][b], mu, e), ONES, b, distance[p]);
      }
    }
    for (var p = 0u; p < POINTS; p++) {
      distance[p] *= LOG2E;
    }
    peak = write_densities(group.x, lane, k, parameter(first + STRIDE - 1u).x, distance, peak);
  }
  write_peaks(group.x, lane, peak);
}
