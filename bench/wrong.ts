import { OURS } from './contender.ts';
import type { Report } from './row.ts';
import { labelOf } from './suites.ts';

/** What of emgpu's own is not to be trusted, by name. Rivals that are off are their own affair. */
export function wrongOf({ rows, peers, start }: Pick<Report, 'rows' | 'peers' | 'start'>): string[] {
  const peerRows = peers?.rows.filter((row) => row.wrong && row.name.startsWith(OURS)) ?? [];
  const firsts = start?.first.filter(({ reason }) => reason) ?? [];
  const uploads = start?.upload.filter(({ reason }) => reason) ?? [];
  return [
    ...rows.filter(({ status }) => status === 'wrong').map((row) => labelOf(row.case)),
    ...peerRows.map(({ kind, name }) => `${name} among the peers, ${kind}`),
    ...firsts.map(({ kind }) => `first iteration, ${kind}`),
    ...uploads.map(() => 'upload'),
  ];
}
