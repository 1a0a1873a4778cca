import type { KMeansFit, MixtureFit, PoissonFit, Selection } from '../node.ts';
import type { Source } from './input.ts';
import type { ModelView } from './view.ts';

/** Any fit that a command can make. */
export type AnyFit = MixtureFit | PoissonFit | KMeansFit;

/** What a fit was chosen from, and by which criterion. */
export type AnySelection = Selection<MixtureFit | PoissonFit>;

/** A fit and everything that summaries, files and the report need to know about it. */
export interface Fitted {
  readonly fit: AnyFit;
  /** The candidates that the fit was chosen from. */
  readonly selection?: AnySelection;
  readonly source: Source;
  readonly view: ModelView;
  /** The component of every point; computed only if something needs it. */
  readonly labels: Uint32Array | undefined;
  readonly maxIter: number;
  /** The column of the row weights. */
  readonly weightsColumn: string | undefined;
  /** What keeps the parameters from the maximum of the likelihood, in words: a prior, or frozen parameters. */
  readonly constraint?: string | undefined;
  /** The options as the report shows them. */
  readonly settings: readonly [name: string, value: string][];
}

/** Where a fit was computed, in words. The CPU's description begins with its name. */
export function machineText({ backend, adapter }: AnyFit): string {
  return backend === 'webgpu' ? `WebGPU, ${adapter}` : adapter;
}
