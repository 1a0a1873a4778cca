/**
 * Ends a lane's processes with the one that wanted them, however that one ends: a pipe closes with its holder, killed or
 * not, and a lane that hangs could not look after that itself. Reads process groups from stdin, one per line. When stdin
 * closes it asks them to end, so that they end what they started in turn, then kills what is left, and removes the
 * folder that they kept their files in.
 *
 *     node reaper.mjs FOLDER
 */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const GRACE_MS = 3_000;
const POLL_MS = 25;

const groups = new Set();

/** Sends a signal (0: none) to each group; those that are gone drop out. */
function signal(name) {
  for (const group of groups) {
    try {
      process.kill(-group, name);
    } catch {
      groups.delete(group);
    }
  }
}

async function reap() {
  signal('SIGTERM');
  for (const end = Date.now() + GRACE_MS; groups.size > 0 && Date.now() < end; signal(0)) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  signal('SIGKILL');
  // Retried, because what was killed may take a moment to let go.
  rmSync(process.argv[2], { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

createInterface({ input: process.stdin })
  .on('line', (line) => groups.add(Number(line)))
  .on('close', reap);
