import { LANES, type LaneName } from './types.ts';

const isLane = (name: string): name is LaneName => (LANES as readonly string[]).includes(name);

/**
 * The lanes that must run here: all of them on Linux x64, none elsewhere (the software drivers they need are not to be
 * had there), or exactly those in `EMGPU_LANES`, separated by commas.
 */
export function requiredLanes(): readonly LaneName[] {
  const given = process.env.EMGPU_LANES;
  if (given === undefined) return process.platform === 'linux' && process.arch === 'x64' ? LANES : [];
  const names = given.split(',').map((name) => name.trim());
  const required = names.filter((name) => name !== '');
  const unknown = required.filter((name) => !isLane(name));
  if (unknown.length > 0) {
    throw new Error(`EMGPU_LANES names unknown lanes: ${unknown.join(', ')}. There are: ${LANES.join(', ')}.`);
  }
  return LANES.filter((lane) => required.includes(lane));
}

/** A sentence about the lanes that will not run, to be shown wherever tests start; undefined when all will. */
export function describeMissingLanes(): string | undefined {
  const required = requiredLanes();
  const left = LANES.filter((lane) => !required.includes(lane));
  if (left.length === 0) return undefined;
  const why =
    process.env.EMGPU_LANES === undefined
      ? `lanes are set up for Linux x64 only, this is ${process.platform} ${process.arch}`
      : `EMGPU_LANES=${process.env.EMGPU_LANES}`;
  return `!!! GPU LANES NOT RUN: ${left.join(', ')} (${why}). Only these run: ${required.join(', ') || 'none'}. !!!`;
}
