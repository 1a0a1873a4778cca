import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { slugOf } from '../place.ts';
import type { Report, Row } from '../row.ts';
import { peerDots, roofline, scalingInSamples, scalingInSize } from './charts.ts';
import { type Figures, markdown } from './markdown.ts';

/** All numbers of a run. */
export function writeJson(file: string, report: Report): void {
  writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`);
}

/** Writes `<adapter>.md`, its plots and `<adapter>.json` into a folder; resolves with the path of the page. */
export function writePage(folder: string, report: Report): string {
  mkdirSync(folder, { recursive: true });
  const slug = slugOf(report.adapter);
  const paths: Record<string, string> = {};
  for (const [name, svg] of Object.entries(drawings(report))) {
    paths[name] = `${slug}-${name}.svg`;
    writeFileSync(join(folder, paths[name]), svg);
  }
  writeJson(join(folder, `${slug}.json`), report);
  const page = join(folder, `${slug}.md`);
  writeFileSync(page, markdown(report, paths));
  return page;
}

/** The plots that there are numbers for. */
function drawings({ rows, roof, peers }: Report): Figures {
  const ok = rows.filter(({ status }) => status === 'ok');
  const along = (series: Row['case']['series']) => ok.filter((row) => row.case.series === series);
  const plain = along(undefined).filter((row) => !row.case.latency);
  const [samples, features, components] = [along('N'), along('D'), along('K')];
  return {
    ...(roof && plain.length > 0 && { roofline: roofline(plain, roof) }),
    ...(samples.length > 0 && { samples: scalingInSamples(samples) }),
    ...(features.length > 0 && { features: scalingInSize(features, 'D') }),
    ...(components.length > 0 && { components: scalingInSize(components, 'K') }),
    ...(peers?.rows.some(({ ms }) => ms) && { peers: peerDots(peers.rows) }),
  };
}
