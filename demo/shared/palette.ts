/**
 * Colours of components: eight that differ in hue and in lightness, also as seen without one kind of cone; the same as in the
 * reports of the command (Machado et al. 2009, CIEDE2000). After eight they repeat.
 */
const LIGHT = ['#0072b2', '#cd952a', '#1cb289', '#5d6008', '#de2142', '#880544', '#b287e3', '#4a10a8'] as const;
const DARK = ['#3d9be0', '#cda34b', '#a6faba', '#e5ed4a', '#e0100c', '#fc5b8d', '#9c4f99', '#62cddc'] as const;

export type Scheme = 'light' | 'dark';

/** Colour of component k as CSS: the page's scheme picks. */
export function colorOf(k: number): string {
  return `var(--c${k % LIGHT.length})`;
}

/** Colour of component k in one scheme, `#rrggbb`. */
export function hexOf(k: number, scheme: Scheme): string {
  return (scheme === 'light' ? LIGHT : DARK)[k % LIGHT.length]!;
}

/** Colours of K components as numbers in 0 … 1, for the engine: `[K][3]`, sRGB. */
export function rgbOf(nComponents: number, scheme: Scheme): number[][] {
  return Array.from({ length: nComponents }, (_, k) => {
    const hex = Number.parseInt(hexOf(k, scheme).slice(1), 16);
    return [hex >> 16, (hex >> 8) & 255, hex & 255].map((byte) => byte / 255);
  });
}
