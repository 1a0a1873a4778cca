import { availableParallelism } from 'node:os';
import { type LaneMessage, MESSAGE_PREFIX } from '../../test/lanes/types.ts';
import { parse, runCommand } from './command.ts';

/** What became of the GPU cases. */
export interface Correctness {
  readonly seed: number;
  readonly cases: number;
  readonly passed: number;
  readonly seconds: number;
  /** What went wrong, one entry per case or process. */
  readonly failures: readonly string[];
}

/** The cases compare with float64 on one thread; several processes at once shorten that, each with a device of its own. */
const shares = Math.max(1, Math.min(4, availableParallelism() >> 2));

/** Milliseconds for all of them: twice what two cores without a GPU take. */
const LIMIT = 300_000;

/** Runs all GPU cases. A case that came to no result has failed. */
export async function checkCorrectness(
  node: string,
  script: string,
  expected: number,
  env: Readonly<Record<string, string>>,
  log: (line: string) => void,
): Promise<Correctness> {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const start = performance.now();
  const failures: string[] = [];
  let passed = 0;
  const read = (message: LaneMessage | undefined) => {
    if (!message) return;
    if (message.type === 'log') log(`    ${message.name}: ${message.line}`);
    if (message.type === 'fatal') failures.push(message.error);
    if (message.type !== 'result') return;
    log(`${message.ok ? 'ok    ' : 'FAILED'} ${message.name} (${message.ms} ms)`);
    if (message.ok) passed++;
    else failures.push(`${message.name}: ${message.error}`);
  };
  const runShare = async (share: number) => {
    let at = 'before the first case';
    const { failure } = await runCommand({
      command: node,
      args: ['--enable-source-maps', script, `${seed}`, `${share}`, `${shares}`],
      env,
      limit: LIMIT,
      onOutput: (line) => {
        if (!line.startsWith(MESSAGE_PREFIX)) return log(line);
        const message = parse<LaneMessage>(line.slice(MESSAGE_PREFIX.length));
        if (message?.type === 'start') at = message.name;
        read(message);
      },
    });
    if (failure) failures.push(`process ${share + 1} of ${shares}: ${failure}, at: ${at}`);
  };
  await Promise.all(Array.from({ length: shares }, (_, share) => runShare(share)));
  if (passed + failures.length < expected) failures.push(`only ${passed} of ${expected} cases came to a result`);
  return { seed, cases: expected, passed, seconds: (performance.now() - start) / 1000, failures };
}
