import type { Lean } from './lean.ts';
import type { Shape } from './shape.ts';
import { type Candidate, CHUNK_SECONDS } from './trial.ts';
import { leanLadder } from './variant.ts';

/** The first stage of lean passes, of which one over `nSamples` points takes `seconds`; none where it leaves no choice. */
export function leanCandidates(lean: Lean, shape: Shape, nSamples: number, seconds: number): Candidate[] {
  const ladder = leanLadder(lean.way, shape, lean.K);
  if (!ladder) return [];
  const count = Math.max(1, Math.floor((nSamples * CHUNK_SECONDS) / seconds));
  return [{ ...ladder, now: lean.points, prepare: (points) => lean.prepareTrial(points, count) }];
}
