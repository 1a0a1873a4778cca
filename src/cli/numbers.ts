const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A count, in groups of three digits. */
export function count(n: number): string {
  return grouped.format(n);
}

/** Numbers beyond these limits are written with an exponent. */
const SMALL = 1e-4;
const LARGE = 1e15;

/** A number to a few significant digits, without trailing zeros. */
export function short(x: number, digits = 5): string {
  const size = Math.abs(x);
  if (x === 0 || !Number.isFinite(x)) return `${x}`;
  if (size >= LARGE || size < SMALL) return x.toExponential(digits - 1).replace(/\.?0+e/, 'e');
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return new Intl.NumberFormat('en-US', { maximumFractionDigits: Math.min(decimals, 20) }).format(x);
}

/**
 * A value and its spread, both to a hundredth of the spread: 1,718,000,012.31 ± 4.56 keeps its
 * decimals, and 1,230 ± 4,560 has none to keep.
 */
export function withSpread(value: number, spread: number): string {
  const decimals = 2 - Math.floor(Math.log10(spread));
  if (!(spread >= SMALL) || Math.abs(value) >= LARGE)
    return `${short(value, digitsFor(value, spread))} ± ${short(spread, 3)}`;
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

/** Significant digits that show a value to a hundredth of its spread. */
function digitsFor(value: number, spread: number): number {
  const digits = 3 + Math.ceil(Math.log10(Math.abs(value) / spread));
  return Number.isFinite(digits) ? Math.min(15, Math.max(3, digits)) : 8;
}

/** Seconds, to a sensible precision. */
export function seconds(s: number): string {
  if (s < 0.1) return `${(s * 1000).toPrecision(2)} ms`;
  return s < 100 ? `${s.toPrecision(3)} s` : `${Math.round(s)} s`;
}

/** A log-likelihood or inertia: large, and interesting to about seven digits. */
export function total(x: number): string {
  return Number.isFinite(x) && Math.abs(x) < LARGE
    ? new Intl.NumberFormat('en-US', { maximumFractionDigits: Math.abs(x) < 1e4 ? 4 : 1 }).format(x)
    : `${x}`;
}

const hundredths = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** BIC, AIC or ICL in a table: differences below a hundredth mean nothing, and of large ones those below 1. */
export function criterionText(x: number): string {
  return Math.abs(x) < 1e5 ? hundredths.format(x) : total(Math.round(x));
}
