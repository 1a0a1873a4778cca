import type { ModelChoice } from './choices.ts';

/** What a model is called beside the others: `full mixture, K 2`, with where it computes if that is what differs. */
export function titleOf(choice: ModelChoice, all: readonly ModelChoice[]): string {
  const { kind, k, backend } = choice;
  const what = kind.endsWith('k-means') ? kind.replace('soft-', 'soft ') : `${kind} mixture`;
  const alike = all.every((other) => other.kind === kind && other.k === k);
  const where =
    alike && all.length > 1 ? `, ${{ cpu: 'CPU', webgpu: 'WebGPU', auto: 'GPU if there is one' }[backend]}` : '';
  return `${what}, K ${k}${where}`;
}
