// The norm of a point turns its log-densities (base 2) into responsibilities and gives its log-likelihood. It is found while the densities come,
// one component after another.

#import job
#import likelihood

// Of the densities so far: the largest, and the sum of 2^(density − peak).
struct Norm {
  peak: f32,
  total: f32,
}

const NO_DENSITIES: Norm = Norm(WEIGHTLESS, 0.0);

fn include(norm: Norm, density: f32) -> Norm {
  let e = exp2(max(-abs(density - norm.peak), MIN_EXPONENT));
  let is_larger = density > norm.peak;
  return Norm(max(norm.peak, density), select(norm.total + e, fma(norm.total, e, 1.0), is_larger));
}

// The weight of point n of the chunk.
fn weight_of(n: u32) -> f32 {
#if WEIGHTED
  return weights[job.first + n];
#else
  return 1.0;
#endif
}

// (x, y) = (peak_n, w_n / total_n): a responsibility times the weight is 2^(density − x) y.
fn scale_of(norm: Norm, w: f32) -> vec2f {
  return vec2f(norm.peak, w / norm.total);
}

// Joins the log-likelihood of a point to that of the points before.
fn join_point(before: LogLikelihood, norm: Norm, w: f32) -> LogLikelihood {
#if WEIGHTED
  return join(before, LogLikelihood(w * (norm.peak + exact_log2(norm.total)), 1.0, 0));
#else
  return join(before, of_point(norm.peak, norm.total));
#endif
}
