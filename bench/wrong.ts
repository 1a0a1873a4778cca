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

/** What of emgpu's own came to no numbers because of an error, by name. What did not fit into the time is not among it. */
export function failedOf({
  rows,
  skipped,
  peers,
  start,
}: Pick<Report, 'rows' | 'skipped' | 'peers' | 'start'>): string[] {
  const ours = peers?.rows.filter(({ name, reason, wrong }) => reason && !wrong && name.startsWith(OURS)) ?? [];
  return [
    ...rows.filter(({ status }) => status === 'failed').map((row) => labelOf(row.case)),
    ...ours.map(({ kind, name }) => `${name} among the peers, ${kind}`),
    ...[...skipped, ...(start?.skipped ?? [])].filter(({ failed }) => failed).map(({ label }) => label),
  ];
}
