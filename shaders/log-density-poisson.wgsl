// Log-densities of a mixture of Poisson distributions, features independent, for one chunk of points and one batch of components:
//
//   log p(x | rate) = base(x) - deviance(x, rate),   deviance = x log(x / rate) - x + rate >= 0
//
// base(x) = x log x - x - log x! is the same for all components: it is summed once per point, less `reference`, which the host has put
// into c, so that what float32 rounds is small. Rates are m (1 + e), m a float32. Twin: src/backends/cpu/stages/log-density-poisson.ts

#import density
#import parameters

// Vec per component: m, e, reference, and one that starts with c.
const STRIDE: u32 = 3u * DB + 1u;

const LOG2E: f32 = 1.44269504;
// log 2 in two parts: one alone would be off to the same side for all points.
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;
// The largest count that float32 knows from its neighbours; what is no count is treated as the nearest one.
const LARGEST: f32 = 16777216.0;

#if WIDE
alias Bits = vec4u;
#else
alias Bits = vec2u;
#endif

const ONES: Vec = Vec(1.0);
const BIAS: Bits = Bits(127u);
const MANTISSA_BITS: Bits = Bits(23u);

// (atanh v / v - 1) / v^2 for u = v^2 <= 1/9, to 4e-9. WGSL's own logarithm may be off by 2^-21 near 1.
fn tail(u: Vec) -> Vec {
  return (((0.116121646 * u + 0.108532879) * u + 0.14296179) * u + 0.199998532) * u + 0.333333337;
}

// log m! - (m log m - m + log(2 pi m) / 2) for a whole m >= 1, u = 1 / m, to 5e-9.
fn stirling(u: Vec) -> Vec {
  let high = ((1.42218941e-4 * u - 6.45669863e-4) * u + 1.06353309e-3) * u - 6.09097331e-5;
  return u * (((high * u - 2.77068811e-3) * u - 3.49734534e-7) * u + 0.0833333367);
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

// Exactly 0 where x = m. Where the two are not within a factor of 2, m is brought near x by a power of two, l = m 2^s:
// deviance(x, m) = deviance(x, l) + x s log 2 + m (1 - 2^s); and with v = (x - l) / (x + l), log(x / l) = 2 atanh v.
fn deviance(x: Vec, m: Vec, e: Vec) -> Vec {
  let at = clamp(x, ONES, Vec(LARGEST));
  let near = (at <= 2.0 * m) & (m <= 2.0 * at);
  let apart = (bitcast<Bits>(at) >> MANTISSA_BITS) + BIAS - (bitcast<Bits>(m) >> MANTISSA_BITS);
  let biased = select(apart, BIAS, near);
  let power = bitcast<Vec>(biased << MANTISSA_BITS);
  let l = m * power;
  let z = at - l;
  let v = z / (at + l);
  let close = z * v + 2.0 * at * v * (v * v) * tail(v * v);
  let xs = at * (Vec(biased) - 127.0);
  let whole = close + (xs * LN2_HIGH + m * (1.0 - power)) + xs * LN2_LOW;
  return select(whole, m, x == Vec(0.0)) - e * (x - m);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let x = load_points(job.first, group.x, lane);
  var largest = maxima_so_far(group.x, lane);
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
      let m = parameter(first + b);
      let e = parameter(first + DB + b);
      for (var p = 0u; p < POINTS; p++) {
        distance[p] = add_inner(deviance(x[p][b], m, e), ONES, b, distance[p]);
      }
    }
    for (var p = 0u; p < POINTS; p++) {
      distance[p] *= LOG2E;
    }
    largest = write_densities(group.x, lane, k, parameter(first + STRIDE - 1u).x, distance, largest);
  }
  write_maxima(group.x, lane, largest);
}
