import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { laneCommand } from './start.ts';
import { type AdapterReport, type CaseResult, type LaneMessage, type LaneRequest, MESSAGE_PREFIX } from './types.ts';

/** Milliseconds. */
export interface WatchdogLimits {
  /** From the start of the process to the adapter: a browser on a busy machine takes a while. */
  readonly start: number;
  readonly case: number;
  readonly lane: number;
}

export const WATCHDOG: WatchdogLimits = { start: 90_000, case: 120_000, lane: 480_000 };

const REAPER = fileURLToPath(new URL('reaper.mjs', import.meta.url));

/** The end of what a process said besides its messages, for the report of its failure. */
const TAIL_LINES = 15;

interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

function defer<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // Whoever waits gets the rejection; that nobody waits yet is no fault.
  promise.catch(() => {});
  return { promise, resolve, reject };
}

/**
 * One lane at work: a process in a group of its own, read line by line, under a watchdog. When it stops early, the case
 * it was at fails with the reason and those after it reject. It ends with this process, whatever becomes of either: by
 * `stop()`, or by its reaper.
 */
export class LaneProcess {
  readonly #request: LaneRequest;
  readonly #limits: WatchdogLimits;
  readonly #log: (line: string) => void;
  readonly #child: ChildProcess;
  readonly #reaper: ChildProcess;
  readonly #groups: number[] = [];
  readonly #adapter = defer<AdapterReport>();
  readonly #summary = defer<void>();
  readonly #results: ReadonlyMap<string, Deferred<CaseResult>>;
  readonly #reaped: Promise<void>;
  readonly #tail: string[] = [];
  readonly #laneTimer: NodeJS.Timeout;
  #stepTimer: NodeJS.Timeout | undefined;
  #current: string | undefined;
  #started = 0;
  #over = false;
  #ran = 0;

  /** @throws when the lane lacks something on this machine; the message says what */
  constructor(request: LaneRequest, log: (line: string) => void, limits: Partial<WatchdogLimits> = {}) {
    this.#request = request;
    this.#limits = { ...WATCHDOG, ...limits };
    this.#log = log;
    this.#results = new Map(request.names.map((name) => [name, defer<CaseResult>()]));
    const folder = join(tmpdir(), `emgpu-lane-${randomUUID()}`);
    const { command, args, extra, env } = laneCommand(request.lane, folder);
    mkdirSync(folder, { mode: 0o700 });
    this.#reaper = spawn(process.execPath, [REAPER, folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    this.#child = spawn(command, [...args, JSON.stringify(request), ...extra], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.#addGroup(this.#child.pid);
    this.#reaped = new Promise((resolve) => this.#reaper.once('close', () => resolve()));
    this.#child.once('error', (error) => this.#fail(`could not be started: ${error.message}`));
    this.#child.once('close', (code, signal) => this.#fail(`ended early (${signal ?? `exit code ${code}`})`));
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.#read(line));
    createInterface({ input: this.#child.stderr! }).on('line', (line) => this.#remember(line));
    this.#laneTimer = setTimeout(() => this.#expire('lane'), this.#limits.lane);
    this.#watch('start');
  }

  /** The adapter that the lane got. */
  get adapter(): Promise<AdapterReport> {
    return this.#adapter.promise;
  }

  /** When all cases are through; rejects when the lane stopped early. */
  get finished(): Promise<void> {
    return this.#summary.promise;
  }

  /** How many cases came to a result so far. */
  get ran(): number {
    return this.#ran;
  }

  /** Process groups at work: the lane's own and, after it, its browser's if it has one and has started it. */
  get groups(): readonly number[] {
    return this.#groups;
  }

  /** What became of a case; rejects when the lane stopped before it. */
  result(name: string): Promise<CaseResult> {
    const deferred = this.#results.get(name);
    if (!deferred) throw new Error(`The lane ${this.#request.lane} was not asked to run "${name}".`);
    return deferred.promise;
  }

  /** Ends the process and everything that it started, and waits until they are gone. */
  async stop(): Promise<void> {
    this.#over = true;
    this.#clearTimers();
    this.#reaper.stdin!.end();
    await this.#reaped;
  }

  #read(line: string): void {
    if (!line.startsWith(MESSAGE_PREFIX)) {
      this.#remember(line);
      return;
    }
    const message = JSON.parse(line.slice(MESSAGE_PREFIX.length)) as LaneMessage;
    switch (message.type) {
      case 'adapter':
        this.#adapter.resolve(message.adapter);
        this.#watch('case');
        break;
      case 'start':
        this.#current = message.name;
        this.#started = performance.now();
        this.#watch('case');
        break;
      case 'log':
        this.#log(`${message.name}: ${message.line}`);
        break;
      case 'result':
        this.#current = undefined;
        this.#settle(message);
        break;
      case 'summary':
        this.#over = true;
        this.#clearTimers();
        this.#summary.resolve();
        break;
      case 'fatal':
        this.#fail(`stopped: ${message.error}`);
        break;
      case 'browser':
        this.#addGroup(message.pid);
        break;
    }
  }

  #settle(result: CaseResult): void {
    this.#ran++;
    this.#results.get(result.name)?.resolve(result);
  }

  #remember(line: string): void {
    this.#tail.push(line);
    if (this.#tail.length > TAIL_LINES) this.#tail.shift();
  }

  #watch(step: 'start' | 'case'): void {
    clearTimeout(this.#stepTimer);
    if (!this.#over) this.#stepTimer = setTimeout(() => this.#expire(step), this.#limits[step]);
  }

  #expire(step: keyof WatchdogLimits): void {
    const seconds = `${this.#limits[step] / 1000} s`;
    const reason = {
      start: `no adapter within ${seconds}`,
      case: `no result within ${seconds}`,
      lane: `not done after ${seconds}`,
    };
    this.#fail(`${reason[step]}, killed`);
    void this.stop();
  }

  #fail(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#clearTimers();
    const tail = this.#tail.length > 0 ? `\nIts last words:\n  ${this.#tail.join('\n  ')}` : '';
    const at = this.#current;
    if (at !== undefined) {
      const ms = Math.round(performance.now() - this.#started);
      this.#settle({
        type: 'result',
        name: at,
        ok: false,
        ms,
        error: `The lane ${this.#request.lane} ${reason}.${tail}`,
      });
    }
    const where = at === undefined ? tail : ` in the case "${at}"`;
    const error = new Error(`Did not run: the lane ${this.#request.lane} ${reason}${where}`);
    this.#adapter.reject(error);
    this.#summary.reject(error);
    for (const { reject } of this.#results.values()) reject(error);
  }

  #clearTimers(): void {
    clearTimeout(this.#laneTimer);
    clearTimeout(this.#stepTimer);
  }

  #addGroup(pid: number | undefined): void {
    if (!pid) return;
    this.#groups.push(pid);
    this.#reaper.stdin!.write(`${pid}\n`);
  }
}
