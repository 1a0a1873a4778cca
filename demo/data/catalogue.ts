import type { GeneratedId, SampleId } from './types.ts';

/** A source of points that comes with the Lab, in words. */
export interface CatalogueEntry<Id extends string> {
  readonly id: Id;
  readonly title: string;
  /** K to begin with: how many groups it has, or seems to have. */
  readonly k: number;
  /** One sentence: what it holds or shows. */
  readonly description: string;
}

/** Measured data. */
export const SAMPLES: readonly CatalogueEntry<SampleId>[] = [
  {
    id: 'faithful',
    title: 'Old Faithful',
    k: 2,
    description: 'How long 272 eruptions of a geyser lasted, and how long people waited for the next one.',
  },
  {
    id: 'iris',
    title: 'Iris',
    k: 3,
    description: 'Sepals and petals of 150 flowers of three species, measured in centimetres.',
  },
  {
    id: 'flights',
    title: '3 million flights',
    k: 3,
    description: 'Delay in minutes and distance in miles of United States flights in the first half of 2001.',
  },
];

/** Data that are drawn at random, from a recipe that is known. */
export const GENERATED: readonly CatalogueEntry<GeneratedId>[] = [
  {
    id: 'round',
    title: 'Round blobs',
    k: 4,
    description: 'Four round clouds of one size, well apart. Every method finds them.',
  },
  {
    id: 'elongated',
    title: 'Elongated',
    k: 3,
    description:
      'Three long, thin clouds side by side. k-means cuts across them; a mixture with full covariances does not.',
  },
  {
    id: 'overlapping',
    title: 'Overlapping',
    k: 3,
    description: 'Three clouds that run into each other, so that many points could belong to more than one.',
  },
  {
    id: 'unequal',
    title: 'Unequal',
    k: 3,
    description: 'A wide cloud with most of the points beside two small, dense ones.',
  },
  {
    id: 'rings',
    title: 'Rings',
    k: 2,
    description: 'One ring inside another. Gaussians fit this badly: it shows what a wrong model looks like.',
  },
  {
    id: 'far-apart',
    title: 'Far apart',
    k: 3,
    description:
      'Three clouds 170,000 times as far from each other as they are wide, and far from zero: a test of precision.',
  },
];

/** How many points can be generated. */
export const MIN_POINTS = 100;
/** See {@link MIN_POINTS}. */
export const MAX_POINTS = 10_000_000;
