import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Kind, Problem } from './problem.ts';

/** Milliseconds of one iteration. */
export interface Timing {
  readonly elapsed: number;
  /** Of all threads together. */
  readonly processor: number;
}

/** scikit-learn in a process that waits for requests. */
export interface Rival {
  readonly version: string;
  iteration(kind: Kind, dtype: 'float32' | 'float64'): Promise<Timing>;
  stop(): void;
}

/** Starts it on these points and centres; `undefined` where no Python with scikit-learn is found. */
export async function startScikitLearn({ data, nFeatures, centers }: Problem): Promise<Rival | undefined> {
  const python = process.env.EMGPU_PYTHON ?? 'python3';
  if (spawnSync(python, ['-c', 'import sklearn']).status !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'emgpu-bench-'));
  const files = [join(folder, 'points.f32'), join(folder, 'means.f64')] as const;
  writeFileSync(files[0], data);
  writeFileSync(files[1], Float64Array.from(centers.flat()));
  const script = fileURLToPath(new URL('sklearn_iterations.py', import.meta.url));
  const child = spawn(python, [script, ...files, `${data.length / nFeatures}`, `${nFeatures}`, `${centers.length}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => {
    const line = await lines.next();
    if (line.done) throw new Error('scikit-learn stopped; its message is above.');
    return line.value;
  };
  const version = await nextLine();
  return {
    version,
    iteration: async (kind, dtype) => {
      child.stdin.write(`${kind} ${dtype}\n`);
      const [elapsed, processor] = (await nextLine()).split(' ').map(Number) as [number, number];
      return { elapsed, processor };
    },
    stop: () => {
      child.stdin.end();
      rmSync(folder, { recursive: true });
    },
  };
}
