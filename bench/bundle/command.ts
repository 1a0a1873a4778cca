import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** Over this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** After so many milliseconds it and all that it started are killed. */
  readonly limit: number;
  readonly onOutput: (line: string) => void;
  /** Default: errors go where output goes. */
  readonly onError?: (line: string) => void;
}

export interface Ending {
  /** It was killed at its limit: what it had not done yet may be right or wrong. */
  readonly late: boolean;
  /** What went wrong, in a few words; undefined when it ended with exit code 0. */
  readonly failure: string | undefined;
  readonly seconds: number;
}

/** A process that a driver keeps in the kernel cannot be killed. It is left behind after so many milliseconds. */
const GRACE = 5000;

/** What a line or file of JSON says; undefined when whoever wrote it was killed halfway. */
export function parse<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

const running = new Set<ChildProcess>();

function kill(child: ChildProcess): void {
  try {
    // The whole group: Python peers and others that it started.
    if (child.pid) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Kills everything that is running. */
export function killAll(): void {
  for (const child of running) kill(child);
}

/** Runs a command to its end or its limit, whichever comes first. Never rejects, never waits longer than limit and grace. */
export function runCommand({ command, args, env, limit, onOutput, onError = onOutput }: Command): Promise<Ending> {
  const start = performance.now();
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  running.add(child);
  createInterface({ input: child.stdout }).on('line', onOutput);
  createInterface({ input: child.stderr }).on('line', onError);
  return new Promise((resolve) => {
    let expired = false;
    let grace: NodeJS.Timeout | undefined;
    const end = (failure: string | undefined) => {
      clearTimeout(timer);
      clearTimeout(grace);
      running.delete(child);
      kill(child);
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      resolve({ failure, late: expired, seconds: (performance.now() - start) / 1000 });
    };
    const late = `not done after ${Math.round(limit / 1000)} s`;
    const timer = setTimeout(() => {
      expired = true;
      kill(child);
      grace = setTimeout(() => end(`${late}, and could not be killed`), GRACE);
    }, limit);
    child.once('error', (error) => end(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      const failure = expired ? late : signal ? `ended by ${signal}` : code ? `exit code ${code}` : undefined;
      // What it wrote last may still be in the pipe; somebody whom it left behind may hold the pipe open.
      clearTimeout(timer);
      clearTimeout(grace);
      grace = setTimeout(() => end(failure), GRACE);
      child.once('close', () => end(failure));
    });
  });
}
