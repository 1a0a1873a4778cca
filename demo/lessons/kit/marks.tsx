import { ellipseOf } from '../../shared/ellipse.ts';
import { usePlane } from './plane.tsx';

interface DotsProps {
  /** `[N][2]`, data units. */
  readonly points: readonly (readonly number[])[];
  /** CSS colour of point i. */
  readonly color: (i: number) => string;
  /** Pixels; default 3.5. */
  readonly radius?: number;
  /** Default 0.8. */
  readonly opacity?: number;
}

/** Points in a plane. */
export function Dots({ points, color, radius = 3.5, opacity = 0.8 }: DotsProps) {
  const plane = usePlane();
  return (
    <g class="dots" fill-opacity={opacity} clip-path={plane.clip}>
      {points.map(([x, y], i) => (
        <circle key={i} cx={plane.x(x!)} cy={plane.y(y!)} r={radius} style={{ fill: color(i) }} />
      ))}
    </g>
  );
}

interface EllipseProps {
  /** `[2]`, data units. */
  readonly mean: readonly number[];
  /** `[2][2]`, squared data units. */
  readonly covariance: readonly (readonly number[])[];
  readonly color: string;
  /** How many standard deviations each curve is away from the mean. Default 1 and 2. */
  readonly sigmas?: readonly number[];
}

/** Curves of equal density of a Gaussian. */
export function Ellipse({ mean, covariance, color, sigmas = [1, 2] }: EllipseProps) {
  const plane = usePlane();
  const [mx, my] = mean as [number, number];
  const unitX = plane.x(1) - plane.x(0);
  const unitY = plane.y(1) - plane.y(0);
  const [[xx, xy], [, yy]] = covariance as [[number, number], [number, number]];
  const { rx, ry, degrees } = ellipseOf(xx * unitX ** 2, xy * unitX * unitY, yy * unitY ** 2);
  return (
    <g class="ellipse" clip-path={plane.clip} style={{ stroke: color }}>
      <g transform={`translate(${plane.x(mx)} ${plane.y(my)}) rotate(${degrees})`}>
        {sigmas.map((sigma) => (
          <ellipse key={sigma} rx={sigma * rx} ry={sigma * ry} />
        ))}
      </g>
    </g>
  );
}

const ARM = 6;

/** A mean or a centre. */
export function Cross({ at, color }: { readonly at: readonly number[]; readonly color: string }) {
  const plane = usePlane();
  const path = `M-${ARM},-${ARM}L${ARM},${ARM}M-${ARM},${ARM}L${ARM},-${ARM}`;
  return (
    <g class="cross" transform={`translate(${plane.x(at[0]!)} ${plane.y(at[1]!)})`}>
      <path class="under" d={path} />
      <path d={path} style={{ stroke: color }} />
    </g>
  );
}

interface CurveProps {
  /** `[N][2]`, data units, in the order of the line. */
  readonly points: readonly (readonly number[])[];
  readonly color: string;
  readonly dashed?: boolean;
}

/** A line through points. */
export function Curve({ points, color, dashed = false }: CurveProps) {
  const plane = usePlane();
  const path = points.map(([x, y]) => `${plane.x(x!)},${plane.y(y!)}`).join('L');
  return (
    <path
      class="curve"
      clip-path={plane.clip}
      d={path && `M${path}`}
      style={{ stroke: color }}
      {...(dashed && { 'stroke-dasharray': '5 5' })}
    />
  );
}
