import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import * as emgpu from 'emgpu/node';
import { commitOf } from './commit.ts';
import type { Surroundings } from './place.ts';

/** Largest amount of points, and the share of the memory of the machine that they may take. */
const MOST_BYTES = 6.4e9;
const SHARE = 1 / 16;

/** What Node on this machine offers. Dawn is opened here, so that the benchmark can share a device of its own with emgpu. */
export async function nodeSurroundings(): Promise<Surroundings> {
  const dawn = await openDawn();
  return {
    emgpu,
    version: `emgpu ${versionOf('../package.json')}`,
    commit: read('../package.json')?.commit ?? commitOf(fileURLToPath(new URL('..', import.meta.url))),
    gpu: dawn?.gpu,
    runtime: `Node ${process.versions.node}, ${dawn ? `webgpu ${dawn.version} (Dawn)` : 'no WebGPU'}`,
    processor: `${cpus()[0]?.model.trim() ?? 'unnamed processor'}, ${availableParallelism()} threads`,
    mostBytes: Math.min(MOST_BYTES, totalmem() * SHARE),
  };
}

async function openDawn(): Promise<{ gpu: GPU; version: string } | undefined> {
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    const gpu = create([]);
    // Dawn's entry must outlive everything made from it, or the process crashes when it is collected.
    Object.assign(globalThis, { emgpuBenchGpu: gpu });
    return { gpu, version: versionOf('../node_modules/webgpu/package.json') };
  } catch {
    return undefined; // an optional package: not installed, or not made for this machine
  }
}

function versionOf(file: string): string {
  return read(file)?.version ?? 'of unknown version';
}

/** Of a package; the archive for other machines, which has no checkout, writes its commit there. */
function read(file: string): { readonly version?: string; readonly commit?: string } | undefined {
  try {
    return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
  } catch {
    return undefined; // moved elsewhere
  }
}
