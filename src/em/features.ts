import { EmgpuError } from '../errors.ts';

/**
 * Throws `model-mismatch` unless points have as many features as a model (or the frame that it is in).
 * @param points names them in the message
 */
export function checkFeatures(ofModel: number, ofPoints: number, points = 'the points'): void {
  if (ofModel === ofPoints) return;
  throw new EmgpuError(
    'model-mismatch',
    `The model has ${ofModel} features, ${points} have ${ofPoints}.`,
    'Pass points with the columns that the model was fitted to.',
  );
}
