/**
 * The stages of the CPU backend, twins of those in `shaders/`, in AssemblyScript: float64 with SIMD, two numbers per
 * instruction. `npm run wasm` compiles them to WebAssembly, embedded in `../stages-wasm.ts`.
 *
 * Arguments of type `usize` that are not numbers of something are addresses. Memory is laid out by the caller
 * (`../workspace.ts`): a tile is D × TILE numbers, feature by feature; every row of TILE numbers begins at
 * a multiple of 64. Points are worked on in strips of 8, or of 16, so up to 15 numbers after the last point are read and
 * written; they must be finite in a tile of points, and `normalize` makes them 0 among responsibilities.
 *
 * A family beyond the Gaussian needs nothing here but its log-densities, exported as `logDensity<Kind>` with the arguments
 * (x, count, d, nComponents, means, …vectors, logNormalizers, out) as in `log-density-diag.ts`: see `../registry.ts`.
 */
export { assign, nearestDistances } from './assign';
export { logDensityDiag } from './log-density-diag';
export { logDensityFull } from './log-density-full';
export { logDensityPlane } from './log-density-plane';
export { logDensityPoisson } from './log-density-poisson';
export { logDensitySpherical } from './log-density-spherical';
export { transform } from './log-density-tied';
export { logLikelihood } from './log-likelihood';
export { momentsDiag } from './moments-diag';
export { momentsFull } from './moments-full';
export { momentsPlane } from './moments-plane';
export { normalize } from './normalize';
export { seedDistance } from './seed-distance';
export { EXP_TABLE, EXP_TABLE_SIZE, expRow } from './shared/exp';
export { addLong } from './shared/long-sums';
export { narrowCenters } from './shared/scores';
export { TILE } from './shared/tile';
export { update } from './update';
export { weigh } from './weigh';
