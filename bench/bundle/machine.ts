import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { runCommand } from './command.ts';

/** What a command prints, on one line. */
async function ask(command: string, ...args: string[]): Promise<string> {
  const lines: string[] = [];
  const { failure } = await runCommand({
    command,
    args,
    limit: 20_000,
    onOutput: (line) => lines.push(line),
    onError: () => {},
  });
  return failure && lines.length === 0 ? `none (${failure})` : lines.join('; ');
}

function distribution(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unnamed';
  } catch {
    return 'unknown';
  }
}

const PEERS = ['numpy', 'scikit-learn', 'torch', 'jax'];
const VERSIONS = `
import sys
from importlib.metadata import version
def of(name):
    try:
        return name + ' ' + version(name)
    except Exception:
        return 'no ' + name
print(', '.join(['Python ' + sys.version.split()[0]] + [of(name) for name in sys.argv[1:]]))
`;

/** What the times depend on, by name. */
export async function describeMachine(): Promise<Record<string, string>> {
  const header = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return {
    date: new Date().toISOString(),
    system: `${distribution()}, Linux ${release()}, glibc ${header.header.glibcVersionRuntime ?? 'unknown'}`,
    processor: `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    load: loadavg()[0]!.toFixed(2),
    node: process.version,
    gpu: await ask(
      'nvidia-smi',
      '--query-gpu=name,driver_version,memory.total,memory.used,clocks.sm,clocks.max.sm,clocks.mem,power.limit',
      '--format=csv,noheader',
    ),
    python: await ask(process.env.EMGPU_PYTHON ?? 'python3', '-c', VERSIONS, ...PEERS),
  };
}
