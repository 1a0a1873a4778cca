import { withMinus } from '../../shared/format.ts';
import { usePlane } from '../kit/index.ts';

/** A place to compare with: an open ring, so that what lies there stays visible. */
export function Ring({ at }: { readonly at: readonly number[] }) {
  const plane = usePlane();
  return <circle class="ring" cx={plane.x(at[0]!)} cy={plane.y(at[1]!)} r={9} />;
}

interface BandProps {
  /** Where each piece begins; evenly spread. */
  readonly at: readonly number[];
  /** CSS colour of piece i. */
  readonly color: (i: number) => string;
  /** Its middle, data units. */
  readonly y: number;
}

/** A coloured band along the x axis. */
export function Band({ at, color, y }: BandProps) {
  const plane = usePlane();
  const half = (at[1]! - at[0]!) / 2;
  const edge = (x: number) => plane.x(Math.min(plane.xDomain[1], Math.max(plane.xDomain[0], x)));
  return (
    <g>
      {at.map((x, i) => (
        <rect
          key={x}
          {...{ x: edge(x - half), width: edge(x + half) - edge(x - half) + 0.5, y: plane.y(y) - 4, height: 8 }}
          style={{ fill: color(i) }}
        />
      ))}
    </g>
  );
}

interface NoteProps {
  readonly at: readonly number[];
  /** Pixels from there. */
  readonly shift?: readonly [dx: number, dy: number];
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly color?: string;
  readonly children: string;
}

/** A few words in a figure. */
export function Note({ at, shift = [0, 0], anchor = 'start', color = 'var(--soft)', children }: NoteProps) {
  const plane = usePlane();
  return (
    <text
      class="note on-figure"
      text-anchor={anchor}
      x={plane.x(at[0]!) + shift[0]}
      y={plane.y(at[1]!) + shift[1]}
      style={{ fill: color }}
    >
      {children}
    </text>
  );
}

/** A line across the figure at one height, and its number within the figure: numbers this long have no room beside it. */
export function Level({ height }: { readonly height: number }) {
  const plane = usePlane();
  const [left, right] = plane.xDomain.map(plane.x) as [number, number];
  return (
    <g class="grid">
      <line x1={left} x2={right} y1={plane.y(height)} y2={plane.y(height)} />
      <text x={left + 4} y={plane.y(height) - 4}>
        {withMinus(`${height}`)}
      </text>
    </g>
  );
}

interface BallProps {
  readonly at: readonly number[];
  /** What its area stands for. */
  readonly mass: number;
  readonly color: string;
}

/** A ball on a line. */
export function Ball({ at, mass, color }: BallProps) {
  const plane = usePlane();
  const [cx, cy] = [plane.x(at[0]!), plane.y(at[1]!)];
  return <circle class="ball" cx={cx} cy={cy} r={1.3 * Math.sqrt(mass)} style={{ fill: color }} />;
}
