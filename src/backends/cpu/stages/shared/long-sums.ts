/** Bytes of a long sum: the sum, and what its additions rounded off. */
export const LONG: usize = 16;

/**
 * Sums over very many points: what a tile adds up (≤ 256 terms) is added to a long sum with Knuth's two-sum, which keeps
 * what each addition rounds off. The error is that of 256 terms, about 1e-15 relative, whatever N.
 */
export function addLong(at: usize, value: f64): void {
  const before = load<f64>(at);
  const after = before + value;
  const added = after - before;
  store<f64>(at, after);
  store<f64>(at, load<f64>(at, 8) + (before - (after - added) + (value - added)), 8);
}
