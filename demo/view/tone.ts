import type { Frame } from './types.ts';

/** What is summed up for a picture besides counts; the numbers are those of splat.wgsl. */
export const SUMMED = { plain: 0, responsibility: 1, uncertainty: 2 } as const;

/** Of all opacities, where lines are to be seen on top. */
const DIMMED = 0.55;
/** Power of opacities where colours show uncertainty: the unsure lie where points are few, and must be seen there. */
const RAISED = 0.5;

type Rgb = readonly [number, number, number];

/** `--back` and `--text` of base.css, 0 … 1. */
const PAGE: Record<Frame['scheme'], { back: Rgb; text: Rgb }> = {
  light: { back: rgb(0xffffff), text: rgb(0x1d2226) },
  dark: { back: rgb(0x14171a), text: rgb(0xe6e9ec) },
};

/**
 * Cividis (Nuñez, Anderton, Renslow 2018) at 0, 1/8 … 1: even to the eye, also to one without red or green. Sure points are the quiet end
 * of it, near the page's colour, unsure ones stand out.
 */
const CIVIDIS = [0x002051, 0x11366c, 0x3c4d6e, 0x62646f, 0x7f7c75, 0x9a9478, 0xbbaf71, 0xe2cb5c, 0xfdea45].map(rgb);

function rgb(hex: number): Rgb {
  return [(hex >> 16) / 255, ((hex >> 8) & 255) / 255, (hex & 255) / 255];
}

/** How sums become colours. */
export interface Tone {
  readonly back: Rgb;
  readonly text: Rgb;
  /** Nine colours from certain to uncertain. */
  readonly ramp: readonly Rgb[];
  /** Factor of all opacities. */
  readonly strength: number;
  /** Power of all opacities. */
  readonly power: number;
}

/** The tone of a frame. */
export function toneFor({ scheme, color, dimmed = false }: Pick<Frame, 'scheme' | 'color' | 'dimmed'>): Tone {
  const power = color === 'uncertainty' ? RAISED : 1;
  return { ...PAGE[scheme], ramp: rampFor(scheme), strength: dimmed ? DIMMED : 1, power };
}

/** Ends of the part of cividis that can be seen on a page, sure first. */
const PART = { light: [0.8, 0], dark: [0.3, 1] } as const;

/** The nine colours of the uncertainty scale, from certain to uncertain. */
export function rampFor(scheme: Frame['scheme']): readonly Rgb[] {
  const [from, to] = PART[scheme];
  return CIVIDIS.map((_, i) => onRamp(CIVIDIS, from + ((to - from) * i) / 8));
}

/**
 * Fixed-point value of one point in the sums: so large that a point's colours keep their eight bits and N of them on one pixel do not pass 2³² − 1
 * (each adds at most `unit` after rounding). From 17 million points on the colour of a single one is coarser.
 */
export function unitFor(nSamples: number): number {
  return Math.max(1, Math.min(2 ** 16, Math.floor((2 ** 32 - 1) / nSamples)));
}

/** Sums that are looked at in a row. */
const BATCH = 1 << 16;
const BINS_PER_OCTAVE = 8;
const QUANTILE = 0.995;

/** A high quantile of the counts of pixels that are not empty; twin of measure.wgsl. `sums`: four per pixel. Yields now and then. */
export function* crowding(sums: Uint32Array, unit: number): Generator<void, number> {
  const bins = new Uint32Array(256);
  let total = 0;
  for (let i = 0; i < sums.length; i += 4) {
    if (i % BATCH === 0) yield;
    const count = sums[i]! / unit;
    if (count < 0.5) continue;
    bins[Math.min(255, Math.floor(BINS_PER_OCTAVE * Math.log2(Math.max(1, count))))]!++;
    total++;
  }
  let below = 0;
  let quantile = 0;
  bins.forEach((n, bin) => {
    if (below < QUANTILE * total) quantile = bin;
    below += n;
  });
  return 2 ** (quantile / BINS_PER_OCTAVE);
}

/** Opacity of a pixel of so many points; twin of opacity() in tone.wgsl. */
export function opacity(count: number, crowd: number): number {
  const octaves = Math.log2(Math.max(crowd, 1));
  const single = 0.85 / (1 + 0.4 * Math.max(octaves - 1, 0));
  if (count < 1) return single * count;
  return single + (1 - single) * Math.min(1, Math.log2(count) / Math.max(octaves, 1));
}

/** Colour of a value from 0 to 1 on a ramp. */
export function onRamp(ramp: readonly Rgb[], value: number): Rgb {
  const place = Math.min(1, Math.max(0, value)) * 8;
  const i = Math.min(7, Math.floor(place));
  const [a, b] = [ramp[i]!, ramp[i + 1]!];
  return [0, 1, 2].map((c) => a[c]! + (b[c]! - a[c]!) * (place - i)) as unknown as Rgb;
}
