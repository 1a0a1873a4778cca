import { EmgpuError, type ErrorCode, type FisherInformation, type MixtureFit } from '../../node.ts';
import type { Fitted } from '../fitted.ts';
import { isStreamed, type Source } from '../input.ts';
import { isGaussian } from '../models.ts';
import { count } from '../numbers.ts';

/** The standard errors of a Gaussian mixture, in data units and in the shapes of the model file; or, in a few words, why the report has none. */
export type ReportedErrors =
  | { readonly errors: NonNullable<FisherInformation['standardErrors']>; readonly caution?: string | undefined }
  | { readonly none: string };

/** With more free parameters than this, the passes (two for each) and the eigenvalues of their matrix take seconds, whatever N. */
const MOST_PARAMETERS = 200;
/** Operations of all passes: a second or two on two cores, some seconds on a driver that computes on the processor. */
const MOST_OPERATIONS = 1e9;
/** Operations that a density and its exponential cost besides the products. */
const PER_DENSITY = 16;
/** Operations that a pattern of gaps costs in every pass: 0.4 ms. */
const PER_PATTERN = 4e5;

/** Why a fit has no standard errors, by what is thrown: for components without weight, or too narrow to be factorised a step away, and for extreme units. */
const WITHOUT: Partial<Record<ErrorCode, string>> = {
  'invalid-model': 'a component is empty, or too narrow',
  'singular-covariance': 'a component is empty, or too narrow',
  'invalid-points': 'in the units of the columns they are beyond what numbers can hold',
};

/** Standard errors for the report, from the observed information; undefined for models that have none. Takes 2 p + 1 passes over the points. */
export async function standardErrorsOf(
  { fit, source, constraint }: Fitted,
  signal: AbortSignal,
): Promise<ReportedErrors | undefined> {
  if (!isGaussian(fit)) return undefined;
  const reason = constraint ?? obstacle(fit, source);
  if (reason !== undefined) return { none: reason };
  try {
    const { standardErrors, indefinite, caution } = await fit.fisherInformation(undefined, { signal });
    return standardErrors ? { errors: standardErrors, caution } : { none: sentence(indefinite!) };
  } catch (error) {
    // The rest of the report does not depend on standard errors.
    const none = error instanceof EmgpuError ? WITHOUT[error.code] : undefined;
    if (none === undefined) throw error;
    return { none };
  }
}

/** Why standard errors would take too long; undefined if they would not. */
function obstacle(fit: MixtureFit, { points, nGaps }: Source): string | undefined {
  if (isStreamed(points)) return 'the file was streamed, and each pass for them would read it again';
  const { nParameters: p, nSamples, nComponents: K, nFeatures: D, covarianceType } = fit;
  const products = covarianceType === 'full' || covarianceType === 'tied' ? D * D : D;
  const patterns = Math.min(nGaps, 2 ** D);
  const pass = nSamples * K * (products + PER_DENSITY) + patterns * (PER_PATTERN + K * D ** 3);
  if (p <= MOST_PARAMETERS && (2 * p + 1) * pass <= MOST_OPERATIONS) return undefined;
  return `with ${count(p)} parameters and ${count(nSamples)} points they take too long for a report; emgpu evaluate --standard-errors has them`;
}

/** A text as the end of a sentence of the report. */
function sentence(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
}
