import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

/** Sets text apart on a terminal with colours (which `NO_COLOR` and `TERM=dumb` deny); elsewhere leaves it as it is. */
export function emphasis(stream: NodeJS.WriteStream, style: 'bold' | 'dim' | 'yellow', text: string): string {
  // hasColors exists on terminals only.
  return (stream as Partial<WriteStream>).hasColors?.() ? styleText(style, text) : text;
}

/** Columns of the terminal, or no limit where the output is piped. */
export function widthOf(stream: NodeJS.WriteStream): number {
  // Some pseudo-terminals say that they have no columns.
  return stream.isTTY ? stream.columns || 80 : Number.POSITIVE_INFINITY;
}
