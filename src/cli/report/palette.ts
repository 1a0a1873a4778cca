/**
 * Eight colours after Okabe & Ito (https://jfly.uni-koeln.de/color/), told apart with every common colour blindness;
 * yellow and blue are darkened or lightened until they stand out from the page. CSS variables: the page's scheme picks.
 */
const LIGHT = ['#0072b2', '#e08a00', '#009e73', '#cc5fa0', '#d55e00', '#3a9fdc', '#a89400', '#6b6b6b'];
const DARK = ['#3d9be0', '#f0a830', '#1fbf92', '#e08fc2', '#f0793a', '#7cc8f5', '#f0e442', '#a8a8a8'];

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
