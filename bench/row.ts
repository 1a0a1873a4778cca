import type { Check } from './check.ts';
import type { Rates, Roof } from './formulas.ts';
import type { AdapterFacts } from './place.ts';
import type { Case } from './suites.ts';
import type { Summary } from './summary.ts';

/** One line of the report. Where something did not work there are no times. */
export interface Row {
  readonly case: Case;
  /** N that was run; 0 where it did not come to that. */
  readonly nSamples: number;
  /** `wrong`: further from the reference than float32 explains, or timed by a way that was not checked. `failed`: see `reason`. */
  readonly status: 'ok' | 'wrong' | 'failed';
  /** Of one iteration, wall time. */
  readonly ms?: Summary;
  /** GPU time of the compute passes of one iteration; absent where the adapter has no timestamps. */
  readonly gpuMs?: number;
  readonly rates?: Rates;
  /** Device memory that emgpu held at most, the points included, and the points alone (4 N D). */
  readonly memory?: { readonly peakBytes: number; readonly pointBytes: number };
  /** Absent for the CPU backend, which is the reference. */
  readonly check?: Check;
  readonly reason?: string;
}

/** A case that was not run. */
export interface Skipped {
  readonly label: string;
  readonly reason: string;
  /** It was begun, and an error ended it. */
  readonly failed?: true;
}

/** Everything that a run of the benchmark found. */
export interface Report {
  readonly format: 'emgpu-bench';
  readonly version: 1;
  /** As typed. */
  readonly command: string;
  /** ISO 8601. */
  readonly date: string;
  readonly emgpu: string;
  /** Of the engine's sources, where it is known. */
  readonly commit?: string;
  readonly runtime: string;
  readonly processor: string;
  readonly backend: 'webgpu' | 'cpu';
  readonly adapter: AdapterFacts;
  /** Measured in this run; absent on the CPU backend. */
  readonly roof?: Roof & { readonly how: string };
  /** Columns that are missing in all rows, and why. */
  readonly missing: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
  readonly skipped: readonly Skipped[];
  readonly peers?: PeersReport;
  readonly streams?: readonly StreamRow[];
  readonly start?: StartReport;
  readonly seconds: number;
}

/** A pass over a file that is read meanwhile, and its stages alone. Seconds of wall time. */
export interface StreamRow {
  readonly nSamples: number;
  readonly nFeatures: number;
  readonly nComponents: number;
  /** A walk without computing. */
  readonly read: Summary;
  /** An E-step over the same points in memory. */
  readonly compute: Summary;
  /** The E-step over the file. */
  readonly pass: Summary;
}

/** How soon a fit gets going. */
export interface StartReport {
  readonly first: readonly FirstRow[];
  readonly upload: readonly UploadRow[];
  readonly skipped: readonly Skipped[];
}

/** ms from points on the device to the parameters of the first M-step, shader compilation included. */
export interface FirstRow {
  readonly kind: Case['kind'];
  readonly nSamples: number;
  readonly nFeatures: number;
  readonly nComponents: number;
  /** A shape that this process has never compiled. Absent, like the others, where the parameters were wrong. */
  readonly shape?: Summary;
  /** The same shape on new devices: what emgpu keeps is gone, what the driver keeps is not. */
  readonly device?: Summary;
  /** The same on the same device. */
  readonly again?: Summary;
  readonly check: Check;
  readonly reason?: string;
}

/** Seconds until points of the host are at home on the device, in turn with the runtime's own write of as many bytes. */
export interface UploadRow {
  readonly nSamples: number;
  readonly nFeatures: number;
  readonly bytes: number;
  /** Absent where the parameters of a step on these points were wrong. */
  readonly ours?: Summary;
  readonly writeBuffer: Summary;
  readonly check: Check;
  readonly reason?: string;
}

/** Rivals side by side. */
export interface PeersReport {
  readonly nSamples: number;
  readonly nFeatures: number;
  readonly nComponents: number;
  readonly rows: readonly PeerRow[];
  readonly memory: readonly PeerMemory[];
  readonly skipped: readonly Skipped[];
}

/** One contender on one model. */
export interface PeerRow {
  readonly kind: Case['kind'];
  readonly name: string;
  readonly version?: string;
  readonly adapter?: string;
  readonly precision?: string;
  readonly ms?: Summary;
  readonly deviceBytes?: number;
  readonly check?: Check;
  /** Refused for what it came to, or for the way there; `reason` says which. */
  readonly wrong?: boolean;
  /** Why there is no time. */
  readonly reason?: string;
}

/** Device memory of one contender with many components. */
export interface PeerMemory {
  readonly kind: Case['kind'];
  readonly nComponents: number;
  readonly name: string;
  readonly bytes?: number;
  readonly reason?: string;
}
