// What makes responsibilities of a point's log-densities, found as they come (base 2), and its log-likelihood.

#import job
#import likelihood

// The largest density so far, and the sum of 2^(density - largest) over those seen.
struct Norm {
  largest: f32,
  sum: f32,
}

fn include(norm: Norm, density: f32) -> Norm {
  let e = exp2(max(-abs(density - norm.largest), MIN_EXPONENT));
  let is_larger = density > norm.largest;
  return Norm(max(norm.largest, density), select(norm.sum + e, fma(norm.sum, e, 1.0), is_larger));
}

// What point n of the chunk counts.
fn weight_of(n: u32) -> f32 {
#if WEIGHTED
  return weights[job.first + n];
#else
  return 1.0;
#endif
}

// (m_n, w_n / s_n): responsibilities are 2^(density - x) y.
fn scale_of(norm: Norm, w: f32) -> vec2f {
  return vec2f(norm.largest, w / norm.sum);
}

// The log-likelihood of a point, joined to those before.
fn join_point(before: LogLikelihood, norm: Norm, w: f32) -> LogLikelihood {
#if WEIGHTED
  return join(before, LogLikelihood(w * (norm.largest + exact_log2(norm.sum)), 1.0, 0));
#else
  return join(before, of_point(norm.largest, norm.sum));
#endif
}
