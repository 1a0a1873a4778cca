import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A seeded source of random numbers: the same seed gives the same numbers everywhere. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform among the whole numbers 0 … n − 1. */
  below(n: number): number;
}

/** How many outputs of the generator are skipped: the first ones hardly depend on the seed. */
const WARM_UP = 16;

export function seededRandom(seed: number): Random {
  // Neighbouring seeds must not give related numbers: mixed as in MurmurHash3 (Appleby 2011).
  let mixed = Math.imul(seed ^ (seed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  const generator = xoroshiro128plus(mixed ^ (mixed >>> 16));
  for (let i = 0; i < WARM_UP; i++) generator.next();
  return { uniform: () => uniformFloat64(generator), below: (n) => uniformInt(generator, 0, n - 1) };
}

/** `size` different whole numbers below `n`, ascending (Floyd's algorithm, Bentley & Floyd 1987). */
export function sampleWithoutReplacement(n: number, size: number, random: Random): Uint32Array {
  const chosen = new Set<number>();
  for (let j = n - size; j < n; j++) {
    const candidate = random.below(j + 1);
    chosen.add(chosen.has(candidate) ? j : candidate);
  }
  return Uint32Array.from(chosen).sort();
}
