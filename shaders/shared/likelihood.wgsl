// A log-likelihood Σ_n (peak_n + log2 total_n) as a sum that loses next to nothing. Σ log2 total_n is kept as the logarithm of a product, which is
// (mantissa, exponent), because WGSL's own logarithm may be off by 2^-21 near 1, always to the same side; the host takes the logarithm. The whole
// parts of peak_n go to the exponent: the fractions, of either sign, add up to a small sum, which is rounded little.
//
// WEIGHTED: Σ_n w_n (peak_n + log2 total_n), all of it in `peaks`.

struct LogLikelihood {
  peaks: f32,      // sum of the peak_n, without their whole parts
  mantissa: f32,   // of the product of the total_n, in [1, 2)
  exponent: i32,
}

const NO_POINTS: LogLikelihood = LogLikelihood(0.0, 1.0, 0);

// Takes the exponent out of `total`, which is > 0 and normal, and adds it to `exponent`.
fn split(peaks: f32, total: f32, exponent: i32) -> LogLikelihood {
  let bits = bitcast<u32>(total);
  let mantissa = bitcast<f32>((bits & 0x007fffffu) | 0x3f800000u);
  return LogLikelihood(peaks, mantissa, exponent + i32(bits >> 23u) - 127);
}

// The log-likelihood of one point. Only whole parts below 2^15 are moved, so that no sum of them on the device comes near the end of i32.
fn of_point(peak: f32, total: f32) -> LogLikelihood {
  let whole = select(0.0, round(peak), abs(peak) < 32768.0);
  return split(peak - whole, total, i32(whole));
}

fn join(a: LogLikelihood, b: LogLikelihood) -> LogLikelihood {
  return split(a.peaks + b.peaks, a.mantissa * b.mantissa, a.exponent + b.exponent);
}

#if WEIGHTED
const ROOT_HALF: u32 = 0x3f3504f3u;   // the bits of sqrt(1/2)

// log2 s to float32 rounding, for s > 0 and normal. With s = x 2^e and x in [sqrt(1/2), sqrt(2)) it is e + 2 atanh(t) / ln 2, by its series,
// with t = (x - 1) / (x + 1).
fn exact_log2(s: f32) -> f32 {
  let bits = bitcast<u32>(s) - ROOT_HALF + 0x3f800000u;
  let x = bitcast<f32>((bits & 0x007fffffu) + ROOT_HALF);
  let t = (x - 1.0) / (x + 1.0);
  let u = t * t;
  let series = fma(u, fma(u, fma(u, fma(u, 0.320598898, 0.412198583), 0.577078016), 0.961796694), 2.88539008);
  return fma(t, series, f32(i32(bits >> 23u) - 127));
}
#endif
