/**
 * Waiting for Dawn in Node. For as long as anything is awaited of a device, Dawn asks for it at every turn of the event loop
 * (`AsyncRunner` in its bindings; dawn-gpu/node-webgpu#17) and keeps a core busy with asking, which a driver that computes on the
 * processor would need. So the thread naps between turns, as long as nobody else wants it.
 */
import { setImmediate } from 'node:timers';

/** Longest nap, milliseconds: what an event may have to wait for. */
const LONGEST = 1;
/** A nap takes this share of the time for which nothing has happened, so that what is over soon is noticed soon. */
const SHARE = 1 / 32;
/** Shorter ones are not worth the call. */
const SHORTEST = 0.02;
/** A turn of the event loop that took longer, milliseconds, had something else to do. */
const IDLE_TURN = 0.25;

const cell = new Int32Array(new SharedArrayBuffer(4));
let waiting = 0;
let isTurning = false;

/** Awaits `work` and naps meanwhile. */
export async function napUntil<T>(work: Promise<T>): Promise<T> {
  waiting++;
  if (!isTurning) {
    isTurning = true;
    const now = performance.now();
    turn(now, now);
  }
  try {
    return await work;
  } finally {
    waiting--;
  }
}

/** @param since when something last happened; @param last when the turn began (milliseconds) */
function turn(since: number, last: number): void {
  // Not a reason for the process to live: Dawn's own turns are.
  setImmediate(() => {
    isTurning = waiting > 0;
    if (!isTurning) return;
    const now = performance.now();
    const quiet = now - last > IDLE_TURN ? now : since;
    const nap = Math.min(LONGEST, SHARE * (now - quiet));
    if (nap >= SHORTEST) Atomics.wait(cell, 0, 0, nap);
    turn(quiet, performance.now());
  }).unref();
}
