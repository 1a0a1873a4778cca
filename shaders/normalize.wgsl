// From log-densities to responsibilities, but for a factor, in place; the factor; and the chunk's log-likelihood:
//
//   densities[k][n] = 2^(densities[k][n] - m_n),   m_n = max_k densities[k][n],   s_n = their sum,   scales[n] = 1 / s_n
//
// The responsibility is densities[k][n] scales[n]: to write it here would mean to go over all components once more.
// The log-likelihood is sum m_n + log2(prod s_n). The product is kept as (mantissa, exponent): WGSL's own logarithm may be
// off by 2^-21 near 1, always to the same side. One partial per tile of 256 points. Twin: src/backends/cpu/stages/normalize.ts
//
// WEIGHTED: scales[n] = w_n / s_n, and the log-likelihood is sum w_n (m_n + log2 s_n), all of it in `maxima`.

#import job

struct LogLikelihood {
  maxima: f32,     // sum of m_n
  mantissa: f32,   // of the product of s_n, in [1, 2)
  exponent: i32,
}

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read_write> densities: array<f32>;
@group(0) @binding(2) var<storage, read_write> scales: array<f32>;        // comes with m_n
@group(0) @binding(3) var<storage, read_write> log_likelihoods: array<LogLikelihood>;

#if WEIGHTED
@group(0) @binding(4) var<storage, read> weights: array<f32>;             // of the window's points

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

var<workgroup> sh_sums: array<LogLikelihood, 64>;

// s > 0 and normal.
fn split(maxima: f32, s: f32, exponent: i32) -> LogLikelihood {
  let bits = bitcast<u32>(s);
  let mantissa = bitcast<f32>((bits & 0x007fffffu) | 0x3f800000u);
  return LogLikelihood(maxima, mantissa, exponent + i32(bits >> 23u) - 127);
}

fn join(a: LogLikelihood, b: LogLikelihood) -> LogLikelihood {
  return split(a.maxima + b.maxima, a.mantissa * b.mantissa, a.exponent + b.exponent);
}

fn normalize_point(n: u32) -> LogLikelihood {
  let m = scales[n];
  var s = 0.0;
  for (var k = 0u; k < job.components; k++) {
    let at = k * job.row + n;
    let e = exp2(max(densities[at] - m, MIN_EXPONENT));
    densities[at] = e;
    s += e;
  }
#if WEIGHTED
  let w = weights[job.first + n];
  scales[n] = w / s;
  return LogLikelihood(w * (m + exact_log2(s)), 1.0, 0);
#else
  scales[n] = 1.0 / s;
  return split(m, s, 0);
#endif
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32) {
  var sum = LogLikelihood(0.0, 1.0, 0);
  for (var i = 0u; i < 4u; i++) {
    let n = tile.x * 256u + i * 64u + lane;
    if (n < job.count) {
      sum = join(sum, normalize_point(n));
    }
  }
  sh_sums[lane] = sum;
  for (var half = 32u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (lane < half) {
      sh_sums[lane] = join(sh_sums[lane], sh_sums[lane + half]);
    }
  }
  if (lane == 0u) {
    log_likelihoods[job.tile_first + tile.x] = sh_sums[0];
  }
}
