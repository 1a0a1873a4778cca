/**
 * A library whose types are not here, because it is installed only for the benchmark. Describing the part of it that we use
 * would be longer than the use.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Untyped = any;
