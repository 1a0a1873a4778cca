/**
 * Eight colours that differ in hue and in lightness, the first ones most: blue, gold, green, olive or yellow, red, wine or
 * pink, lilac or purple, violet or cyan. Searched for the largest least difference (CIEDE2000) between any two, and to the grey of
 * noise, as seen with and without protanopia, deuteranopia and tritanopia (Machado et al. 2009). CSS variables: the page's scheme
 * picks.
 */
const LIGHT = ['#0072b2', '#cd952a', '#1cb289', '#5d6008', '#de2142', '#880544', '#b287e3', '#4a10a8'];
const DARK = ['#3d9be0', '#cda34b', '#a6faba', '#e5ed4a', '#e0100c', '#fc5b8d', '#9c4f99', '#62cddc'];

/** How many components have a colour of their own; after that colours repeat. */
export const PALETTE_SIZE = LIGHT.length;

/** The colour of component k, as CSS. */
export function colorOf(k: number): string {
  return `var(--c${k % PALETTE_SIZE})`;
}

/** Declarations of the palette's variables. */
export function paletteCss(scheme: 'light' | 'dark'): string {
  return (scheme === 'light' ? LIGHT : DARK).map((color, i) => `--c${i}:${color}`).join(';');
}
