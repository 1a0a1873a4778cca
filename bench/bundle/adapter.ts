import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, runCommand } from './command.ts';

/** What probe.ts says. */
export interface Probe {
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isSoftware: boolean;
  readonly features: readonly string[];
  /** Bytes. */
  readonly maxBufferSize: number;
  /** Bytes. */
  readonly maxStorageBufferBindingSize: number;
}

/** One way of leading the Vulkan loader to a driver. */
export interface Attempt {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Found extends Attempt {
  readonly probe: Probe;
}

/** Where NVIDIA's driver may have been put, by its own installer, a package, or a container runtime. */
const MANIFEST_FOLDERS = [
  '/usr/local/nvidia/share/vulkan/icd.d',
  '/usr/local/nvidia/vulkan/icd.d',
  '/usr/share/vulkan/icd.d',
  '/usr/local/share/vulkan/icd.d',
  '/etc/vulkan/icd.d',
];
const LIBRARY_FOLDERS = [
  '/usr/local/nvidia/lib64',
  '/usr/local/nvidia/lib',
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
];
/** Either is a Vulkan driver; the second needs no X11 libraries. */
const LIBRARIES = ['libGLX_nvidia.so.0', 'libEGL_nvidia.so.0'];

/** Two names for the same thing: which one a loader reads depends on its age. */
const manifest = (file: string) => ({ VK_DRIVER_FILES: file, VK_ICD_FILENAMES: file });

/** What to try, in this order. Writes manifests for driver libraries that have none into `folder`. */
export function attempts(folder: string): Attempt[] {
  const libraries = LIBRARY_FOLDERS.filter((path) => /nvidia/.test(path) && existsSync(path));
  const path = { LD_LIBRARY_PATH: [process.env.LD_LIBRARY_PATH, ...libraries].filter(Boolean).join(':') };
  const shipped = MANIFEST_FOLDERS.filter((at) => existsSync(at)).flatMap((at) =>
    readdirSync(at)
      .filter((name) => /nvidia.*\.json$/.test(name))
      .map((name) => join(at, name)),
  );
  const files = LIBRARIES.flatMap((name) => LIBRARY_FOLDERS.map((at) => join(at, name))).filter((file) =>
    existsSync(file),
  );
  const own = files.map((file, i) => {
    const at = join(folder, `nvidia-${i}.json`);
    const ICD = { library_path: file, api_version: '1.3.0' };
    writeFileSync(at, JSON.stringify({ file_format_version: '1.0.0', ICD }));
    return { name: `a manifest of our own for ${file}`, env: { ...path, ...manifest(at) } };
  });
  return [
    { name: 'the machine as it is', env: {} },
    ...shipped.map((file) => ({ name: file, env: { ...path, ...manifest(file) } })),
    ...own,
  ];
}

/** Milliseconds for one probe: a driver's first start on a cold machine takes seconds. */
const PROBE_LIMIT = 45_000;

/** The first attempt that leads to a hardware adapter, else the first that leads to any. Logs what each came to. */
export async function findAdapter(
  node: string,
  probe: string,
  list: readonly Attempt[],
  log: (line: string) => void,
): Promise<Found | undefined> {
  let software: Found | undefined;
  for (const attempt of list) {
    const found = await tryAttempt(node, probe, attempt, log);
    if (found && !found.probe.isSoftware) return found;
    software ??= found;
  }
  return software;
}

async function tryAttempt(
  node: string,
  probe: string,
  attempt: Attempt,
  log: (line: string) => void,
): Promise<Found | undefined> {
  const errors: string[] = [];
  let answer: Probe | undefined;
  const { failure, seconds } = await runCommand({
    command: node,
    args: [probe],
    env: attempt.env,
    limit: PROBE_LIMIT,
    onOutput: (line) => {
      answer ??= parse<Probe>(line);
    },
    onError: (line) => errors.push(line),
  });
  const came = answer ? `${answer.name}${answer.isSoftware ? ' (software)' : ''}` : `no adapter (${failure})`;
  log(`Vulkan, ${attempt.name}: ${came}, ${seconds.toFixed(1)} s`);
  if (!answer) for (const line of errors.slice(-5)) log(`    ${line}`);
  return answer && { ...attempt, probe: answer };
}

/** Shows what the Vulkan loader looked at, for the case that nothing led to a hardware adapter. */
export async function explainLoader(node: string, probe: string, log: (line: string) => void): Promise<void> {
  log('What the Vulkan loader says:');
  const said = new Set<string>(); // it looks several times
  const onOutput = (line: string) => {
    if (!said.has(line) && said.size < 100) log(`    ${line}`);
    said.add(line);
  };
  await runCommand({
    command: node,
    args: [probe],
    env: { VK_LOADER_DEBUG: 'error,warn,driver' },
    limit: PROBE_LIMIT,
    onOutput,
  });
}
