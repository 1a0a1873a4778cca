import type { PeerMemory, PeerRow } from '../row.ts';
import { digits, error } from './numbers.ts';

/** One line of the comparison for the terminal. */
export function peerLine(row: PeerRow): string {
  const { kind, name, ms, reason } = row;
  const times = ms ? [ms.min, ms.median, ms.max].map((x) => digits(x).padStart(7)).join(' /') : `  ${reason}`;
  const bytes = row.deviceBytes === undefined ? '' : `${digits(row.deviceBytes / 2 ** 20)} MiB`;
  const off = row.check ? `  off ${error(row.check.deviation)}` : '  the reference';
  const rest = ms ? `${bytes.padStart(10)}${off}` : '';
  return `${kind.padEnd(10)} ${name.padEnd(24)} ${times}${rest}`;
}

export function memoryLine({ kind, name, nComponents, bytes, reason }: PeerMemory): string {
  const amount = bytes === undefined ? (reason ?? 'not told') : `${digits(bytes / 2 ** 20)} MiB`;
  return `${kind.padEnd(10)} ${name.padEnd(24)} K ${nComponents}: ${amount}`;
}
