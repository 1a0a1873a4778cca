import { withMinus } from '../shared/format.ts';

function grouped(x: number, decimals: number): string {
  const format = new Intl.NumberFormat('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return withMinus(format.format(x));
}

/** A log-likelihood, an inertia or a criterion: large, and interesting to about seven digits. */
export function total(x: number): string {
  if (!Number.isFinite(x)) return `${x}`;
  const size = Math.abs(x);
  if (size >= 1e15 || (size < 1e-3 && x !== 0)) return withMinus(x.toExponential(4));
  return grouped(x, size < 1 ? 6 : size < 1e5 ? 2 : 0);
}

/** A count. */
export function count(n: number): string {
  return grouped(n, 0);
}

const THREE_DIGITS = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

/** A measured number: three digits are as many as there is to know, and never powers of ten, which would not compare at a glance. */
export function measured(x: number): string {
  return THREE_DIGITS.format(x);
}

/** Bytes, in powers of 1024. */
export function bytes(n: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(n || 1) / 10)));
  return `${measured(n / 1024 ** power)} ${units[power]}`;
}
