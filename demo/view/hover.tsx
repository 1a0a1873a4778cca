import type { HostPoints } from 'emgpu';
import { useEffect, useState } from 'preact/hooks';
import { colorOf } from '../shared/palette.ts';
import { centersOf, isMixture, type ViewModel } from './ellipse.ts';
import { columnName } from './projection.ts';

/** Columns and components that fit on a card. */
const MOST_COLUMNS = 8;
const MOST_BARS = 6;
/** Of a card, CSS pixels. */
const WIDTH = 204;

interface Props {
  readonly points: HostPoints;
  /** Of the point among the points. */
  readonly row: number;
  /** What the row is called in the file. */
  readonly number: number;
  readonly model: ViewModel | undefined;
  /** Of the point, CSS pixels of the view. */
  readonly at: { readonly x: number; readonly y: number };
  readonly size: { readonly width: number; readonly height: number };
}

/** A card beside a point: its row, its numbers, and how much of it each component answers for. */
export function HoverCard({ points, row, number, model, at, size }: Props) {
  const D = points.nFeatures;
  const shares = useShares(points, row, model);
  // On the side where there is room.
  const beside = (room: number) => `clamp(0px, ${room + 14}px, 100% - ${WIDTH}px)`;
  const side = at.x > size.width / 2 ? { right: beside(size.width - at.x) } : { left: beside(at.x) };
  const height = at.y > size.height / 2 ? { bottom: `${size.height - at.y - 8}px` } : { top: `${at.y - 8}px` };
  return (
    <>
      <div class="pv-ring" style={{ left: `${at.x}px`, top: `${at.y}px` }} />
      <div class="pv-card numbers" role="status" data-row={row} style={{ ...side, ...height, width: `${WIDTH}px` }}>
        <strong>Row {number.toLocaleString('en')}</strong>
        <dl>
          {Array.from({ length: Math.min(D, MOST_COLUMNS) }, (_, d) => (
            <div key={d}>
              <dt>{columnName(points, d)}</dt>
              <dd>{short(points.data[row * D + d]!)}</dd>
            </div>
          ))}
        </dl>
        {shares.map(({ k, share }) => (
          <div class="pv-share" key={k} data-component={k} data-share={share}>
            <span>{nameOf(model, k)}</span>
            <span class="pv-bar">
              <span style={{ width: `${100 * share}%`, background: colorOf(k) }} />
            </span>
            <span>{(100 * share).toFixed(share > 0.9995 || share < 0.0005 ? 0 : 1)} %</span>
          </div>
        ))}
      </div>
    </>
  );
}

function nameOf(model: ViewModel | undefined, k: number): string {
  return model && k === centersOf(model).length ? 'noise' : `${k}`;
}

function short(value: number): string {
  return Number(value.toPrecision(6)).toString();
}

interface Share {
  readonly k: number;
  readonly share: number;
}

/** The largest responsibilities for a point; k-means: the nearest centre, alone. */
function useShares(points: HostPoints, row: number, model: ViewModel | undefined): readonly Share[] {
  const [shares, setShares] = useState<readonly Share[]>([]);
  useEffect(() => {
    let gone = false;
    const told = model ? sharesOf(points, row, model) : Promise.resolve([]);
    // A card without bars says what it can; the failure is that of the fit, which tells of it.
    told.catch(() => []).then((found) => !gone && setShares(found));
    return () => {
      gone = true;
    };
  }, [points, row, model]);
  return shares;
}

async function sharesOf({ data, nFeatures }: HostPoints, row: number, model: ViewModel): Promise<readonly Share[]> {
  const point = { data: data.slice(row * nFeatures, (row + 1) * nFeatures), nFeatures };
  if (!isMixture(model)) {
    const [nearest] = await model.predict(point, { backend: 'cpu' });
    return [{ k: nearest!, share: 1 }];
  }
  const responsibilities = await model.predictProba(point, { backend: 'cpu' });
  const all = Array.from(responsibilities, (share, k) => ({ k, share }));
  const largest = all.toSorted((a, b) => b.share - a.share).slice(0, MOST_BARS);
  return largest.sort((a, b) => a.k - b.k);
}
