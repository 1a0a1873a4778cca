import { CHECKED_ITERATIONS, type Check, holds, objection } from './check.ts';
import { type Contender, OURS, type Peer, PeerUnavailable } from './contender.ts';
import { startEmgpu } from './emgpu.ts';
import type { Place } from './place.ts';
import { type Kind, makeProblem, type Problem } from './problem.ts';
import type { Reference } from './reference.ts';
import type { PeerMemory, PeerRow, PeersReport, Skipped } from './row.ts';
import type { Listener, Session } from './run.ts';
import { summarize } from './summary.ts';

/** What is worth most first. */
const ORDER: readonly Kind[] = ['full', 'diag', 'k-means', 'spherical', 'tied'];
const FEATURES = 8;
const COMPONENTS = 16;
/** Where device memory is compared: what grows with N × K shows. */
const MANY_COMPONENTS = 64;

export const ROUNDS = 5;
/** A timing lasts at least about so many ms, or one iteration. */
const LEAST_MS = 250;
export const MOST_PER_ROUND = 2000;

/**
 * How far from the reference the others may be. It tells another model from another rounding: some of them sum all points in
 * one float32 number, or subtract squares, and that is theirs to choose. What they come to is in the report.
 */
const PEER_TOLERANCE = 1e-2;

/** How one takes part: by `start`, and, where it is ours, by a check that goes the way of what is timed. */
interface Starter {
  readonly name: string;
  readonly start: () => Promise<Contender>;
  readonly check?: () => Promise<Check | undefined>;
}

/** One that takes part, and its place in the report. */
interface Entrant {
  readonly row: Omit<PeerRow, 'ms'>;
  readonly contender?: Contender;
  /** Iterations per timing. */
  readonly count: number;
  readonly times: number[];
  reason?: string;
}

export interface CompareOptions {
  readonly peers: readonly Peer[];
  readonly kinds: readonly Kind[];
  /** N. */
  readonly nSamples: number;
}

/** emgpu and its peers in turn, on the same points from the same start, one model after the other until the time is up. */
export async function comparePeers(
  session: Session,
  { peers, kinds, nSamples }: CompareOptions,
  { doing, peer }: Pick<Listener, 'doing' | 'peer'>,
): Promise<PeersReport> {
  const rows: PeerRow[] = [];
  const memory: PeerMemory[] = [];
  const skipped: Skipped[] = [];
  const inTime = async (label: string, sort: string, work: () => Promise<void>) => {
    const reason = session.budget.refusal(sort);
    if (reason) skipped.push({ label, reason });
    else await session.budget.spend(sort, work);
  };
  for (const kind of ORDER.filter((one) => kinds.includes(one))) {
    await inTime(`peers: ${kind}`, 'peers', async () => {
      const problem = makeProblem(nSamples, FEATURES, COMPONENTS);
      const found = await compareOn(session, peers, kind, problem, doing);
      rows.push(...found);
      found.forEach(peer);
    });
    const label = `device memory: ${kind}, K ${MANY_COMPONENTS}`;
    await inTime(label, 'memory', async () => {
      doing(label);
      memory.push(...(await memoryOf(session, peers, kind, makeProblem(nSamples, FEATURES, MANY_COMPONENTS), rows)));
    });
  }
  for (const one of peers) await one.end();
  return { nSamples, nFeatures: FEATURES, nComponents: COMPONENTS, rows, memory, skipped };
}

/** All that run, each in a round before the others in turn, so that none always runs on a warm or a busy machine. */
async function compareOn(
  session: Session,
  peers: readonly Peer[],
  kind: Kind,
  problem: Problem,
  doing: (what: string) => void,
): Promise<PeerRow[]> {
  const entrants: Entrant[] = [];
  for (const starter of startersOf(session, peers, kind, problem)) {
    const { name } = starter;
    doing(`${kind}: ${name} starts`);
    const late = session.budget.isOver && !name.startsWith(OURS);
    entrants.push(late ? absent(kind, name, 'no time was left') : await enter(session, kind, problem, starter));
  }
  const running = entrants.filter(({ contender }) => contender);
  // At least one round: without it the starts were for nothing.
  for (let round = 0; round < ROUNDS && !(round > 0 && session.budget.isOver); round++) {
    for (let i = 0; i < running.length; i++) {
      const entrant = running[(round + i) % running.length]!;
      if (entrant.reason) continue;
      doing(`${kind}, round ${round + 1} of ${ROUNDS}: ${entrant.row.name}`);
      try {
        // Whatever had to rest while others had their turn wakes up: a GPU's clocks, threads, caches.
        if (entrant.count > 1) await entrant.contender!.iterate(entrant.count);
        entrant.times.push(await entrant.contender!.iterate(entrant.count));
      } catch (error) {
        entrant.reason = reasonOf(error);
      }
    }
  }
  const rows = entrants.map(toRow);
  for (const { contender } of running) await end(contender);
  return rows;
}

/** One that failed may also fail to end; its reason is known by then. */
async function end(contender: Contender | undefined): Promise<void> {
  await contender?.end().catch(() => undefined);
}

function absent(kind: Kind, name: string, reason: string): Entrant {
  return { row: { kind, name }, count: 0, times: [], reason };
}

function startersOf(
  { bench: { place, reference }, cpu }: Session,
  peers: readonly Peer[],
  kind: Kind,
  problem: Problem,
): Starter[] {
  const tiled = { block: problem, copies: 1, nSamples: problem.data.length / problem.nFeatures };
  const ours = (where: Place): Starter => ({
    name: `${OURS} ${where.backend}`,
    start: () => startEmgpu(where, kind, tiled),
    check: () => reference.checkEmgpu(where, kind, tiled),
  });
  const theirs = peers.filter(({ kinds }) => kinds.includes(kind));
  return [
    ...(place === cpu ? [] : [ours(place)]),
    ours(cpu),
    ...theirs.map((one) => ({ name: one.name, start: () => one.start(kind, problem) })),
  ];
}

/** Starts one and holds its model against the reference. */
async function enter(
  { bench: { reference } }: Session,
  kind: Kind,
  problem: Problem,
  { name, start, check: checkOurs }: Starter,
): Promise<Entrant> {
  let contender: Contender | undefined;
  try {
    const own = await checkOurs?.();
    contender = await start();
    const { version, adapter, precision } = contender;
    const ms = await contender.iterate(CHECKED_ITERATIONS);
    const about = { kind, name, version, adapter, precision };
    const check = checkOurs ? own : await checkPeer(reference, kind, problem, contender);
    const row = { ...about, ...(check && { check }) };
    if (!check || holds(check)) return { row, contender, count: await countFor(contender, ms), times: [] };
    await end(contender);
    return wrong(row, `${check.deviation.toExponential(1)} from the float64 reference, more than ${check.tolerance}`);
  } catch (error) {
    await end(contender);
    return absent(kind, name, reasonOf(error));
  }
}

async function checkPeer(reference: Reference, kind: Kind, problem: Problem, contender: Contender): Promise<Check> {
  const held = await reference.check(kind, problem, await contender.outcome(), CHECKED_ITERATIONS);
  return { ...held, tolerance: PEER_TOLERANCE };
}

function wrong(row: Entrant['row'], why: string): Entrant {
  return { row: { ...row, wrong: true }, count: 0, times: [], reason: `WRONG: ${why}` };
}

/** Iterations of a timing. The first ones, of `ms` each, may have waited for compilers. */
async function countFor(contender: Contender, ms: number): Promise<number> {
  const again = await contender.iterate(Math.ceil(LEAST_MS / ms));
  return Math.min(MOST_PER_ROUND, Math.ceil(LEAST_MS / Math.min(ms, again)));
}

function toRow({ row, contender, times, reason }: Entrant): PeerRow {
  const { check } = row;
  const why = reason === undefined && check ? objection(check, contender?.stretched?.() ?? false) : undefined;
  if (why) return { ...row, wrong: true, reason: `WRONG: ${why}` };
  const deviceBytes = contender?.deviceBytes();
  return {
    ...{ ...row, ...(deviceBytes !== undefined && { deviceBytes }) },
    ...(reason === undefined ? { ms: summarize(times) } : { reason }),
  };
}

/** What a peer says of itself as it is; for anything else also what kind of error it is. */
function reasonOf(error: unknown): string {
  if (error instanceof PeerUnavailable) return error.message;
  const { name, message } = error as Error;
  return `${name}: ${message}`.split('\n')[0]!;
}

/** Device memory with many components, of those that told theirs with few, or did not run. */
async function memoryOf(
  session: Session,
  peers: readonly Peer[],
  kind: Kind,
  problem: Problem,
  rows: readonly PeerRow[],
): Promise<PeerMemory[]> {
  const found: PeerMemory[] = [];
  for (const { name, start } of startersOf(session, peers, kind, problem)) {
    const before = rows.find((row) => row.kind === kind && row.name === name);
    if (before?.deviceBytes === undefined) continue;
    const about = { kind, name, nComponents: problem.centers.length };
    let contender: Contender | undefined;
    try {
      contender = await start();
      await contender.iterate(1);
      const bytes = contender.deviceBytes();
      found.push({ ...about, ...(bytes !== undefined && { bytes }) });
    } catch (error) {
      found.push({ ...about, reason: reasonOf(error) });
    } finally {
      await end(contender);
    }
  }
  return found;
}
