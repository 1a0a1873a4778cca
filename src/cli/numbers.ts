const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A count, in groups of three digits. */
export function count(n: number): string {
  return grouped.format(n);
}

/** A number to a few significant digits, without trailing zeros. */
export function short(x: number, digits = 5): string {
  const size = Math.abs(x);
  if (x === 0 || !Number.isFinite(x)) return `${x}`;
  if (size >= 1e15 || size < 1e-4) return x.toExponential(digits - 1).replace(/\.?0+e/, 'e');
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  const text = new Intl.NumberFormat('en-US', { maximumFractionDigits: Math.min(decimals, 20) }).format(x);
  return text;
}

/**
 * A value and its spread, as precisely as the spread deserves, to a hundredth of it: 1,718,000,012.31 ± 4.56 keeps its
 * decimals, and 1,230 ± 4,560 has none to keep.
 */
export function withSpread(value: number, spread: number): string {
  const decimals = 2 - Math.floor(Math.log10(spread));
  if (!(spread > 0) || !Number.isFinite(decimals) || decimals > 12 || Math.abs(value) >= 1e15) {
    return `${short(value, 8)} ± ${short(spread, 3)}`;
  }
  const places = Math.max(0, decimals);
  const step = 10 ** Math.max(0, -decimals);
  const format = new Intl.NumberFormat('en-US', {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
    signDisplay: 'negative',
  });
  const text = (x: number) => format.format(step === 1 ? x : Math.round(x / step) * step);
  return `${text(value)} ± ${text(spread)}`;
}

/** Seconds, as precisely as one wants to know. */
export function seconds(s: number): string {
  if (s < 0.1) return `${(s * 1000).toPrecision(2)} ms`;
  return s < 100 ? `${s.toPrecision(3)} s` : `${Math.round(s)} s`;
}

/** A log-likelihood or inertia: large, and interesting to about seven digits. */
export function total(x: number): string {
  return Number.isFinite(x) && Math.abs(x) < 1e15
    ? new Intl.NumberFormat('en-US', { maximumFractionDigits: Math.abs(x) < 1e4 ? 4 : 1 }).format(x)
    : `${x}`;
}
