import { EmgpuError, type ErrorCode } from 'emgpu';

/** What to do about an error, in the words of the page. */
export type Remedies = Readonly<Partial<Record<ErrorCode, string>>>;

/** The error with other advice where there is some: emgpu's own names options of programs. */
export function advise(error: EmgpuError, remedies: Remedies): EmgpuError {
  const { code, message, remedy } = error;
  const advice = remedies[code];
  if (!advice) return error;
  return new EmgpuError(code, message.slice(0, -remedy.length).trimEnd(), advice, { cause: error });
}
