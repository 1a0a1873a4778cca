import { releaseBackends } from '../node.ts';
import { describeFailure, STATUS } from './failure.ts';
import { buildProgram } from './program.ts';

/** Fires when the user interrupts; every command then stops its work. */
const interruption = new AbortController();

// The first Ctrl-C asks the work to stop; a second does not wait for it. Temporary files go in either case (see StagedFiles).
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);

function interrupt(): void {
  if (interruption.signal.aborted) process.exit(STATUS.interrupted);
  interruption.abort();
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `emgpu sample … | head` closes the pipe when it has seen enough: that is no failure.
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  fail(error);
});
process.on('uncaughtException', fail);

function fail(error: unknown): never {
  const { status, line } = describeFailure(error, interruption.signal);
  if (line) process.stderr.write(`${line}\n`);
  if (process.env.EMGPU_DEBUG && error instanceof Error && line) process.stderr.write(`${error.stack}\n`);
  process.exit(status);
}

try {
  await buildProgram(interruption.signal).parseAsync();
  // Threads and devices left open would keep the process alive.
  await releaseBackends();
} catch (error) {
  fail(error);
}
