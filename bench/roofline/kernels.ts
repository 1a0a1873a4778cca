/** A compute kernel that does one thing as fast as the adapter can. */
export interface RoofKernel {
  /** What tells it apart, for the report. */
  readonly label: string;
  readonly wgsl: string;
}

/** Multiply-adds on every chain per turn of the loop: enough that counting turns costs nothing. */
const UNROLL = 16;
const TURNS = 32;

/** Places in the buffer of results; invocations share them. */
export const RESULTS = 2 ** 12;

export interface FmaKernel extends RoofKernel {
  readonly workgroupSize: number;
  /** Floating-point operations of one invocation. */
  readonly flop: number;
}

/**
 * Independent chains of vec4f multiply-adds. One chain waits for itself; several hide that, until registers run out. The
 * factors come from a buffer and the sum goes into one, so that nothing can be computed beforehand or left out.
 */
export function fmaKernel(workgroupSize: number, chains: number): FmaKernel {
  const each = (line: (c: number) => string) => Array.from({ length: chains }, (_, c) => line(c)).join('\n');
  const body = Array.from({ length: UNROLL }, () => each((c) => `    a${c} = fma(a${c}, factor, addend);`)).join('\n');
  const wgsl = `
@group(0) @binding(0) var<uniform> numbers: vec4f;
@group(0) @binding(1) var<storage, read_write> results: array<vec4f>;

@compute @workgroup_size(${workgroupSize})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let factor = vec4f(numbers.x);
  let addend = vec4f(numbers.y);
${each((c) => `  var a${c} = vec4f(f32(id.x) * numbers.z + ${c}.0);`)}
  for (var turn = 0u; turn < ${TURNS}u; turn++) {
${body}
  }
  results[id.x % ${RESULTS}u] = ${Array.from({ length: chains }, (_, c) => `a${c}`).join(' + ')};
}`;
  const flop = 2 * 4 * chains * UNROLL * TURNS;
  return { label: `${workgroupSize} invocations, ${chains} chains`, wgsl, workgroupSize, flop };
}

export interface CopyKernel extends RoofKernel {
  readonly workgroupSize: number;
  /** vec4f that one invocation copies. */
  readonly each: number;
}

/** Copies vec4f from one buffer to another. Neighbouring invocations copy neighbours, `each` times a grid apart. */
export function copyKernel(workgroupSize: number, each: number): CopyKernel {
  const lines = Array.from({ length: each }, (_, i) => `  copy[first + ${i}u * grid] = source[first + ${i}u * grid];`);
  const wgsl = `
@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> copy: array<vec4f>;

@compute @workgroup_size(${workgroupSize})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32,
        @builtin(num_workgroups) groups: vec3u) {
  let first = (group.y * groups.x + group.x) * ${workgroupSize}u + lane;
  let grid = groups.x * groups.y * ${workgroupSize}u;
${lines.join('\n')}
}`;
  return { label: `${workgroupSize} invocations, ${each} vec4 each`, wgsl, workgroupSize, each };
}
