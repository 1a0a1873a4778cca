import { hexOf, type Scheme } from '../shared/palette.ts';

/** Towards what lines are drawn, so that they stand out from points of their own colour. */
const INK = { light: 0x000000, dark: 0xffffff };
const SHARE = 0.35;

/** Colour of the lines of component k: its own, darker on a light page and lighter on a dark one. As numbers, for pictures that stand alone. */
export function strokeOf(k: number, scheme: Scheme): string {
  const own = Number.parseInt(hexOf(k, scheme).slice(1), 16);
  const mixed = [16, 8, 0].map((shift) => {
    const [a, b] = [(own >> shift) & 255, (INK[scheme] >> shift) & 255];
    return Math.round(a + SHARE * (b - a));
  });
  return `rgb(${mixed.join(', ')})`;
}
