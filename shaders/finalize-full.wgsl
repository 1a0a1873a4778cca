// The M-step of a mixture with full covariances on the device, in float32, for a stretch of iterations without the host:
//
//   μ' = μ + δ,   δ = first / count,   Σ' = second / count − δ δᵀ + regularizer,   Σ'⁻¹ = U Uᵀ
//
// Where a component has few points, or a covariance is far from round or tiny beside the mean, float32 will not do: the stretch ends, and the host
// takes over in float64. It also does the last iterations of every run. Twins: src/families/gaussian.ts (with covariance.ts), and packFull in
// src/backends/webgpu/pack.ts

#import finalize

// Floats per component: mean, b, U by blocks, and W that start with the log-normalizer.
const PADDED: u32 = DB * W;
const FACTOR: u32 = DB * (DB + 1u) / 2u * W * W;
const STRIDE: u32 = 2u * PADDED + FACTOR + W;
const TRIANGLE: u32 = D * (D + 1u) / 2u;
// The least share of a variance that may be left once the other features are known: below it float32 has lost half of its digits.
const LEAST_PIVOT: f32 = 1e-4;

fn at(i: u32, j: u32) -> u32 { return i * (i + 1u) / 2u + j; }

// Replaces the lower triangle of a covariance, by rows, by its Cholesky factor. False where the covariance is too far from round.
fn cholesky(a: ptr<function, array<f32, TRIANGLE>>) -> bool {
  for (var j = 0u; j < D; j++) {
    let variance = (*a)[at(j, j)];
    var pivot = variance;
    for (var c = 0u; c < j; c++) {
      pivot -= (*a)[at(j, c)] * (*a)[at(j, c)];
    }
    if (!(pivot > LEAST_PIVOT * variance)) {
      return false;
    }
    let diagonal = sqrt(pivot);
    (*a)[at(j, j)] = diagonal;
    for (var i = j + 1u; i < D; i++) {
      var sum = (*a)[at(i, j)];
      for (var c = 0u; c < j; c++) {
        sum -= (*a)[at(i, c)] * (*a)[at(j, c)];
      }
      (*a)[at(i, j)] = sum / diagonal;
    }
  }
  return true;
}

// Replaces a lower triangle by its inverse, column by column, each from the top.
fn invert(a: ptr<function, array<f32, TRIANGLE>>) {
  for (var j = 0u; j < D; j++) {
    (*a)[at(j, j)] = 1.0 / (*a)[at(j, j)];
    for (var i = j + 1u; i < D; i++) {
      var sum = 0.0;
      for (var c = j; c < i; c++) {
        sum -= (*a)[at(i, c)] * (*a)[at(c, j)];
      }
      (*a)[at(i, j)] = sum / (*a)[at(i, i)];
    }
  }
}

fn write_factor(to: u32, inverse: ptr<function, array<f32, TRIANGLE>>) {
  var next = to;
  for (var j = 0u; j < DB; j++) {
    for (var row = 0u; row < (j + 1u) * W; row++) {
      for (var column = j * W; column < (j + 1u) * W; column++) {
        parameters[next] = 0.0;
        if (row <= column && column < D) {
          parameters[next] = BASE2 * (*inverse)[at(column, row)];   // U = L^-T
        }
        next++;
      }
    }
  }
}

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) k: u32) {
  if (ended(k)) {
    return;
  }
  var mean: array<f32, D>;
  var triangle: array<f32, TRIANGLE>;
  var count = stretch.n;
  var sound = true;
  if (k < job.components) {
    count = max(count_of(k), stretch.least_count);
    var delta: array<f32, D>;
    for (var i = 0u; i < D; i++) {
      delta[i] = first_of(k, i) / count;
      mean[i] = means[k * PADDED + i] + delta[i];
      for (var j = 0u; j <= i; j++) {
        triangle[at(i, j)] = second_of(k, at(i, j)) / count - delta[i] * delta[j];
      }
      triangle[at(i, i)] += stretch.regularizer[i];
    }
    sound = count > stretch.least_count && cholesky(&triangle);
    for (var i = 0u; i < D; i++) {
      sound = sound && resolves(mean[i], triangle[at(i, i)]);
    }
  }
  if (!goes_on(k, sound) || k >= job.components) {
    return;
  }
  invert(&triangle);
  let base = HEADER + k * STRIDE;
  var log_normalizer = log2(count / stretch.n) + stretch.normalizer;
  for (var d = 0u; d < D; d++) {
    means[k * PADDED + d] = mean[d];
    parameters[base + d] = mean[d];
    parameters[base + PADDED + d] = 0.0;   // b: these means are float32, so rounding loses nothing
    log_normalizer += log2(triangle[at(d, d)]);
  }
  write_factor(base + 2u * PADDED, &triangle);
  parameters[base + STRIDE - W] = log_normalizer;
}
