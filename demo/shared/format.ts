/** The minus sign that is as wide as a plus and the digits. */
const MINUS = '\u2212';

/** The text of a number with its minus signs, also that of an exponent, as wide as the digits. */
export function withMinus(text: string): string {
  return text.replaceAll('-', MINUS);
}

/** A number with so many digits behind the point. */
export function fixed(value: number, digits: number): string {
  return withMinus(value.toFixed(digits));
}

/** A share, 0 … 1, as a percentage of two digits or three: `7.5 %`, `38 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;
}
