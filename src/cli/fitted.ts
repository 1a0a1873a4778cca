import type { KMeansFit, MixtureFit } from '../node.ts';
import type { Table } from './input.ts';
import type { ModelView } from './view.ts';

/** A fit and all that is told, written and drawn about it. */
export interface Fitted {
  readonly fit: MixtureFit | KMeansFit;
  readonly table: Table;
  readonly view: ModelView;
  /** The component of every point; computed only if something needs it. */
  readonly labels: Uint32Array | undefined;
  readonly maxIter: number;
  /** The options as the report shows them. */
  readonly settings: readonly [name: string, value: string][];
}

/** Where a fit was computed, in words. The CPU's description begins with its name. */
export function machineText({ backend, adapter }: MixtureFit | KMeansFit): string {
  return backend === 'webgpu' ? `WebGPU, ${adapter}` : adapter;
}
