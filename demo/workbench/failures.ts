import { EmgpuError } from 'emgpu';
import { advise, type Remedies } from '../shared/advice.ts';

const REMEDIES: Remedies = {
  'no-adapter': 'Choose to compute on the CPU, or on a GPU if there is one.',
  'device-lost': 'Try again: another one is opened. If it happens often, take fewer points or the CPU.',
  'out-of-memory': 'Take fewer points or columns, or compute on the CPU.',
  'insufficient-limits': 'Take fewer points or columns, or compute on the CPU.',
  'too-few-points': 'Take fewer components, or more points.',
  'all-collapsed': 'Take fewer components, another covariance type, or more starts.',
};

/** What to say of an error; nothing where the visitor ended the work. `lost`: the device is gone, and its points with it. */
export function tell(error: Error): { readonly text: string; readonly lost: boolean } | undefined {
  if (!(error instanceof EmgpuError))
    return error.name === 'AbortError' ? undefined : { text: error.message, lost: false };
  if (error.code === 'aborted' || error.code === 'destroyed') return undefined;
  return { text: advise(error, REMEDIES).message, lost: error.code === 'device-lost' };
}
