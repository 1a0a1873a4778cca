/**
 * Dense factorisations of small symmetric matrices, float64, row-major in flat arrays. They run once per component and
 * iteration, so they allocate only their results.
 */

/**
 * The lower Cholesky factor L of a symmetric positive definite matrix, `A = L Lᵀ`.
 * @param a D × D, of which the lower triangle is read
 * @param at where the matrix begins in `a`
 * @returns D × D with zeros above the diagonal, or undefined where A is not positive definite to working precision
 */
export function cholesky(a: Float64Array, D: number, at = 0): Float64Array | undefined {
  const l = new Float64Array(D * D);
  for (let j = 0; j < D; j++) {
    for (let i = j; i < D; i++) {
      let sum = a[at + i * D + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * D + k]! * l[j * D + k]!;
      if (i > j) {
        l[i * D + j] = sum / l[j * D + j]!;
      } else {
        // A remainder this small beside the diagonal entry is rounding, not variance.
        if (!(sum > a[at + j * D + j]! * D * Number.EPSILON)) return undefined;
        l[j * D + j] = Math.sqrt(sum);
      }
    }
  }
  return l;
}

/**
 * The upper triangular `U = L⁻ᵀ`, for which `A⁻¹ = U Uᵀ` when `A = L Lᵀ`: columns of U transform a deviation into
 * independent unit variances, `y = Uᵀ z`.
 * @param l D × D, lower triangular
 */
export function invertTransposed(l: Float64Array, D: number): Float64Array {
  const u = new Float64Array(D * D);
  for (let i = 0; i < D; i++) {
    u[i * D + i] = 1 / l[i * D + i]!;
    for (let j = i + 1; j < D; j++) {
      // Row j of L⁻¹, column i.
      let sum = 0;
      for (let k = i; k < j; k++) sum += l[j * D + k]! * u[i * D + k]!;
      u[i * D + j] = -sum / l[j * D + j]!;
    }
  }
  return u;
}

/**
 * `A = U⁻ᵀ U⁻¹` from the factor U of its inverse, `A⁻¹ = U Uᵀ`: undoes {@link cholesky} followed by {@link invertTransposed}.
 * @param u D × D, upper triangular
 * @param at where the matrix begins in `u`
 */
export function inverseOfProduct(u: Float64Array, D: number, at = 0): Float64Array {
  // L = U⁻ᵀ, by columns: Uᵀ is lower triangular, and so is its inverse.
  const l = new Float64Array(D * D);
  for (let j = 0; j < D; j++) {
    for (let i = j; i < D; i++) {
      let sum = i === j ? 1 : 0;
      for (let k = j; k < i; k++) sum -= u[at + k * D + i]! * l[k * D + j]!;
      l[i * D + j] = sum / u[at + i * D + i]!;
    }
  }
  const a = new Float64Array(D * D);
  for (let i = 0; i < D; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k <= j; k++) sum += l[i * D + k]! * l[j * D + k]!;
      a[i * D + j] = sum;
      a[j * D + i] = sum;
    }
  }
  return a;
}
