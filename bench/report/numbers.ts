/** A number to three digits, without an exponent; empty where there is none. */
export function digits(x: number | undefined): string {
  if (x === undefined) return '';
  if (x >= 100 || x === 0) return x.toFixed(0);
  if (x >= 1) return x.toPrecision(3);
  return x >= 1e-3 ? x.toFixed(3) : x.toExponential(1);
}

/** A share as percent, to a tenth where it is small. */
export function percent(share: number | undefined): string {
  if (share === undefined) return '';
  return share >= 0.1 ? `${(100 * share).toFixed(0)} %` : `${(100 * share).toFixed(share >= 0.001 ? 1 : 2)} %`;
}

/** A count in groups of three digits. */
export function count(n: number): string {
  return n.toLocaleString('en');
}

export function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? '' : digits(bytes / 2 ** 20);
}

/** An error, to two digits. */
export function error(x: number | undefined): string {
  return x === undefined ? '' : x.toExponential(1);
}
