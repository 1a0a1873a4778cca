import type { PeerMemory, PeerRow } from '../row.ts';
import { digits } from './numbers.ts';

/** One line of the comparison for the terminal. */
export function peerLine(row: PeerRow): string {
  const { kind, name, ms, reason } = row;
  const times = ms ? [ms.min, ms.median, ms.max].map((x) => digits(x).padStart(7)).join(' /') : `  ${reason}`;
  const bytes = row.deviceBytes === undefined ? '' : `${digits(row.deviceBytes / 2 ** 20)} MiB`;
  const rest = ms ? `${bytes.padStart(10)}  off ${row.check?.deviation.toExponential(1)}` : '';
  return `${kind.padEnd(10)} ${name.padEnd(24)} ${times}${rest}`;
}

export function memoryLine({ kind, name, nComponents, bytes, reason }: PeerMemory): string {
  const amount = bytes === undefined ? (reason ?? 'not told') : `${digits(bytes / 2 ** 20)} MiB`;
  return `${kind.padEnd(10)} ${name.padEnd(24)} K ${nComponents}: ${amount}`;
}
