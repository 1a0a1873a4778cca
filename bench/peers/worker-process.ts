import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PeerUnavailable } from '../contender.ts';

/** How to start a worker. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What a worker answers to every request. */
export interface Answer<T> {
  readonly value: T;
  /** Largest amount of device memory that this contender held so far. */
  readonly bytes: number | null;
}

type Reply = Answer<unknown> | { readonly error: string };

/** How much of what a worker said on stderr is kept to explain its end. */
const KEPT = 4000;

/**
 * A process that answers one line of JSON with one line of JSON, in order. Peers run apart from ours because some end
 * their process when something goes wrong, some leak, and all would share our garbage collector.
 */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #program: string;
  readonly #waiting: ((reply: Reply) => void)[] = [];
  #said = '';
  #ended: string | undefined;

  constructor({ program, args, env }: Command) {
    this.#program = program;
    this.#child = spawn(program, args, { stdio: 'pipe', env: { ...process.env, ...env } });
    this.#child.stderr!.on('data', (text) => {
      this.#said = (this.#said + text).slice(-KEPT);
    });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.#waiting.shift()?.(JSON.parse(line)));
    this.#child.stdin!.on('error', () => {}); // a worker that is gone; `close` says so
    this.#child.on('error', (cause: NodeJS.ErrnoException) =>
      this.#end(cause.code === 'ENOENT' ? `There is no ${program} on this machine.` : cause.message),
    );
    this.#child.on('close', (code, signal) => this.#end(`Its process ended (${signal ?? code})${this.#lastWords()}`));
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** Resolves with the answer; rejects with {@link PeerUnavailable} when there is none within `limit` ms. */
  async ask<T>(request: object, limit: number): Promise<Answer<T>> {
    if (this.#ended) throw new PeerUnavailable(this.#ended);
    const reply = await new Promise<Reply>((resolve) => {
      const timer = setTimeout(() => this.stop(`It took longer than ${limit / 1000} s.`), limit);
      this.#waiting.push((reply) => {
        clearTimeout(timer);
        resolve(reply);
      });
      this.#child.stdin!.write(`${JSON.stringify(request)}\n`);
    });
    if ('error' in reply) throw new PeerUnavailable(reply.error);
    return reply as Answer<T>;
  }

  stop(why = `${this.#program} was stopped.`): void {
    this.#end(why);
    this.#child.kill('SIGKILL');
  }

  #end(error: string): void {
    this.#ended ??= error;
    for (const answer of this.#waiting.splice(0)) answer({ error: this.#ended });
  }

  #lastWords(): string {
    const line = this.#said.trim().split('\n').at(-1);
    return line ? `: ${line.slice(0, 300)}` : '.';
  }
}
