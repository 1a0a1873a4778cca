import { CommanderError } from 'commander';
import { EmgpuError } from '../node.ts';

/** Exit statuses: 2 for a command that was typed wrong, 130 for one that was interrupted, 1 for the rest. */
export const STATUS = { failed: 1, usage: 2, interrupted: 130 } as const;

/** A failure as the terminal shows it. */
export interface Failure {
  readonly status: number;
  /** One line: `emgpu: [code] what was expected, what came. remedy`; empty when commander has already said all. */
  readonly line: string;
}

/** Codes that mean a mistake in what was typed, not in what was found. */
const USAGE_CODES: ReadonlySet<string> = new Set(['invalid-option', 'too-many-components']);

/** Turns whatever was thrown into one line and an exit status. */
export function describeFailure(error: unknown, signal: AbortSignal): Failure {
  if (error instanceof CommanderError) return describeUsage(error);
  // A reader or a worker that was cut off may fail in its own words; the reason is the interruption all the same.
  if (signal.aborted)
    return { status: STATUS.interrupted, line: line('aborted', 'The run was interrupted. Nothing was written.') };
  if (error instanceof EmgpuError) {
    return {
      status: USAGE_CODES.has(error.code) ? STATUS.usage : STATUS.failed,
      line: line(error.code, error.message),
    };
  }
  const { message, code } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { message: `${error}`, code: undefined };
  if (error instanceof RangeError && /alloc|array length|string length/i.test(message)) {
    return { status: STATUS.failed, line: line('out-of-memory', `${message}. Choose fewer columns or fewer rows.`) };
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return { status: STATUS.failed, line: line(code, `${message}. Free some space, or write elsewhere.`) };
  }
  const remedy = 'Set EMGPU_DEBUG=1 to see where it happened, and please report it.';
  return { status: STATUS.failed, line: line(code ?? 'internal', `${message}. ${remedy}`) };
}

/** Commander ends a run of `--help` and `--version` by throwing, too. */
function describeUsage(error: CommanderError): Failure {
  if (error.exitCode === 0) return { status: 0, line: '' };
  if (error.code === 'commander.help') return { status: STATUS.usage, line: '' };
  const said = error.message.replace(/^error: /, '').replace(/\.?$/, '.');
  return { status: STATUS.usage, line: line('invalid-option', `${said} Add --help to see what is understood.`) };
}

function line(code: string, message: string): string {
  return `emgpu: [${code}] ${printable(message)}`;
}

/** On one line and without control characters: file and column names must not steer the terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
