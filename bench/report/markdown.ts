import { CHECKED_ITERATIONS } from '../check.ts';
import { MOST_PER_ROUND, ROUNDS } from '../compare.ts';
import { LEAST_ITERATIONS, MOST_ITERATIONS, REPEATS } from '../measure.ts';
import type { PeersReport, Report, Row, StartReport, StreamRow } from '../row.ts';
import { count, digits, error, mebibytes } from './numbers.ts';
import { FIRST_HEAD, FIRST_TEXT, firstCells, UPLOAD_HEAD, UPLOAD_TEXT, uploadCells } from './start.ts';
import { STREAM_HEAD, STREAM_TEXT, streamCells } from './streams.ts';
import { EXPLANATIONS, facts, headings, rowCells, skippedLines, skippedOf } from './table.ts';

/** The figures that a report has the numbers for; drawn elsewhere. */
export type Figures = Readonly<Partial<Record<'roofline' | 'samples' | 'features' | 'components' | 'peers', string>>>;

/** The rows of a table in Markdown, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], texts = 1): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = head.map((_, i) => (i < texts ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

/** The page of a report. `figures` are paths of images beside it. */
export function markdown(report: Report, figures: Figures): string {
  const plain = report.rows.filter((row) => !row.case.series && !row.case.latency);
  const latency = report.rows.filter((row) => row.case.latency);
  return [
    `# Benchmark: ${report.adapter.name}`,
    `\`\`\`sh\n${report.command}\n\`\`\``,
    factsTable(report),
    ...explained([
      section('One iteration', plain, figures.roofline, ROOFLINE),
      section('Small problems', latency, undefined, SMALL),
      ...series(report.rows, figures),
    ]),
    ...(report.peers ? peerSection(report.peers, figures.peers) : []),
    ...(report.streams ? streamSection(report.streams) : []),
    ...(report.start ? startSection(report.start) : []),
    ...notRun(report),
  ]
    .join('\n\n')
    .concat('\n');
}

const ROOFLINE =
  'Every mark is a row (labels: D × K). The lines are what the adapter reached in this run at multiply-adds and at copying; a row ' +
  'on the slope reads its points as fast as a copy, a row on the flat part does nothing but multiply-adds.';
const SMALL =
  `${REPEATS} whole fits of ${LEAST_ITERATIONS} to ${count(MOST_ITERATIONS)} iterations in place of single iterations; ms as the fit itself ` +
  'reports it, without loading. Here an iteration is mostly waiting.';

const PEERS =
  `ms: one iteration, median with min and max of up to ${ROUNDS} timings, each the mean of up to ${MOST_PER_ROUND} iterations. device MiB: ` +
  `the most that was held, points included, where library or device tell (JAX: since its process began). off: as above, of others after ${CHECKED_ITERATIONS} iterations.`;

function factsTable(report: Report): string {
  const rows = [['date', `${report.date.slice(0, 10)}, ${digits(report.seconds)} s`], ...facts(report)];
  return table(['', ''], rows, 2);
}

function section(title: string, rows: readonly Row[], figure: string | undefined, text: string): string[] {
  if (rows.length === 0) return [];
  return [`## ${title}`, ...image(title, figure), text, rowTable(rows)];
}

/** Sections with rows; what the columns say is under the first of them. */
function explained(sections: readonly (readonly string[])[]): string[] {
  const lines = EXPLANATIONS.map(([heads, text]) => `- **${heads.join(', ')}**: ${text}.`);
  const full = sections.filter((parts) => parts.length > 0);
  return full.flatMap((parts, i) => [...parts, i === 0 ? lines.join('\n') : 'Columns as under the first table.']);
}

function image(title: string, figure: string | undefined): string[] {
  return figure === undefined ? [] : [`![${title}](${figure})`];
}

function rowTable(rows: readonly Row[]): string {
  // Cells that a row lacks, because it has a reason instead, stay empty.
  return table(headings, rows.map(rowCells));
}

function series(rows: readonly Row[], figures: Figures): string[][] {
  const along = (what: 'N' | 'D' | 'K') => rows.filter((row) => row.case.series === what);
  const parts = [
    { title: 'Growing N', rows: along('N'), figure: figures.samples, text: doublings(along('N')) },
    {
      title: 'Growing D',
      rows: along('D'),
      figure: figures.features,
      text: 'K 16; N differs, so look at the time per point.',
    },
    {
      title: 'Growing K',
      rows: along('K'),
      figure: figures.components,
      text: 'D 8; N differs, so look at the time per point.',
    },
  ];
  return parts.map(({ title, rows, figure, text }) => section(title, rows, figure, text));
}

/** What twice the points cost, for every model. */
export function doublings(rows: readonly Row[]): string {
  const kinds = [...new Set(rows.map((row) => row.case.kind))];
  const lines = kinds.map((kind) => {
    const times = rows.filter((row) => row.case.kind === kind && row.ms);
    const steps = times.slice(1).map((row, i) => {
      const growth = row.nSamples / times[i]!.nSamples;
      return growth > 1 ? row.ms!.median / times[i]!.ms!.median / (growth / 2) : Number.NaN;
    });
    return `${kind} ${steps.map((step) => digits(step)).join(', ')}`;
  });
  return `D 8, K 16. Time for twice the points, relative: ${lines.join('; ')}.`;
}

function peerSection(
  { nSamples, nFeatures, nComponents, rows, memory }: PeersReport,
  figure: string | undefined,
): string[] {
  const cells = rows.map((row) => [
    ...[row.kind, row.name, row.version ?? '', row.adapter ?? '', row.precision ?? ''],
    ...(row.ms ? [row.ms.median, row.ms.min, row.ms.max].map(digits) : [row.reason ?? '', '', '']),
    ...[mebibytes(row.deviceBytes), error(row.check?.deviation)],
  ]);
  const head = ['model', 'library', 'version', 'on', 'numbers', 'ms', 'min', 'max', 'device MiB', 'off'];
  return [
    '## Other libraries',
    ...image('Other libraries', figure),
    `${count(nSamples)} points, D ${nFeatures}, K ${nComponents}: the same points and start, in turn. ${PEERS}`,
    table(head, cells, 5),
    ...(memory.length > 0 ? [memoryTable(memory)] : []),
  ];
}

function memoryTable(memory: PeersReport['memory']): string {
  const cells = memory.map(({ kind, name, nComponents, bytes, reason }) => [
    ...[kind, name, `${nComponents}`, bytes === undefined ? (reason ?? 'not told') : mebibytes(bytes)],
  ]);
  return `Device memory with more components:\n\n${table(['model', 'library', 'K', 'MiB'], cells, 2)}`;
}

function streamSection(rows: readonly StreamRow[]): string[] {
  return ['## Streams', STREAM_TEXT, table(STREAM_HEAD, rows.map(streamCells), 0)];
}

function startSection({ first, upload }: StartReport): string[] {
  return [
    '## Start and upload',
    ...(first.length > 0 ? [FIRST_TEXT, table(FIRST_HEAD, first.map(firstCells))] : []),
    ...(upload.length > 0 ? [UPLOAD_TEXT, table(UPLOAD_HEAD, upload.map(uploadCells), 0)] : []),
  ];
}

function notRun(report: Report): string[] {
  const all = skippedOf(report);
  return all.length === 0
    ? []
    : [
        '## Not run',
        skippedLines(all)
          .map((line) => `- ${line}`)
          .join('\n'),
      ];
}
