// Log-likelihoods as sums that lose next to nothing: of the largest log-densities m_n, and of log2 s_n as the logarithm of a product, kept as
// (mantissa, exponent), since WGSL's own logarithm may be off by 2^-21 near 1, always to the same side. The host takes the logarithm. The
// whole parts of m_n go to the exponents: what is left of thousands of them is a small sum of either sign, and so is its rounding.
//
// WEIGHTED: sum w_n (m_n + log2 s_n), all of it in `maxima`.

struct LogLikelihood {
  maxima: f32,     // sum of m_n, of what is left of them
  mantissa: f32,   // of the product of s_n, in [1, 2)
  exponent: i32,
}

// s > 0 and normal.
fn split(maxima: f32, s: f32, exponent: i32) -> LogLikelihood {
  let bits = bitcast<u32>(s);
  let mantissa = bitcast<f32>((bits & 0x007fffffu) | 0x3f800000u);
  return LogLikelihood(maxima, mantissa, exponent + i32(bits >> 23u) - 127);
}

// Of one point: m_n and s_n. Whole numbers this large, and as many points as are joined on the device, stay far from what i32 holds.
fn of_point(m: f32, s: f32) -> LogLikelihood {
  let whole = select(0.0, round(m), abs(m) < 32768.0);
  return split(m - whole, s, i32(whole));
}

fn join(a: LogLikelihood, b: LogLikelihood) -> LogLikelihood {
  return split(a.maxima + b.maxima, a.mantissa * b.mantissa, a.exponent + b.exponent);
}

#if WEIGHTED
const ROOT_HALF: u32 = 0x3f3504f3u;   // the bits of sqrt(1/2)

// log2 s to float32 rounding, s > 0 and normal: with s = x 2^e and x from sqrt(1/2) to sqrt(2), e + 2 atanh(t) / ln 2 by its series,
// t = (x - 1) / (x + 1).
fn exact_log2(s: f32) -> f32 {
  let bits = bitcast<u32>(s) - ROOT_HALF + 0x3f800000u;
  let x = bitcast<f32>((bits & 0x007fffffu) + ROOT_HALF);
  let t = (x - 1.0) / (x + 1.0);
  let u = t * t;
  let series = fma(u, fma(u, fma(u, fma(u, 0.320598898, 0.412198583), 0.577078016), 0.961796694), 2.88539008);
  return fma(t, series, f32(i32(bits >> 23u) - 127));
}
#endif
