import { contours } from 'd3-contour';
import type { GridAxis } from 'emgpu';
import { useMemo } from 'preact/hooks';
import { gridPlace } from '../../shared/grid-place.ts';
import { usePlane } from './plane.tsx';

interface Props {
  /** Of the places of the grid, row by row: place (i, j) of x and y at `j · nx + i`, as `densityGrid` has them. */
  readonly values: ArrayLike<number>;
  readonly x: GridAxis;
  readonly y: GridAxis;
  /** A curve is drawn where the values are this large. */
  readonly thresholds: readonly number[];
  /** CSS; of curves and, very faintly, of what lies within them. */
  readonly color: string;
}

/** Curves of equal height of a surface known at the places of a grid. */
export function Contours({ values, x, y, thresholds, color }: Props) {
  const plane = usePlane();
  const shapes = useMemo(
    () =>
      contours()
        .size([x[2], y[2]])
        .thresholds([...thresholds])(Array.from(values)),
    [values, x[2], y[2], thresholds],
  );
  const at = ([i, j]: number[]) => `${plane.x(gridPlace(x, i!))},${plane.y(gridPlace(y, j!))}`;
  const ring = (places: number[][]) => `M${places.map(at).join('L')}Z`;
  return (
    <g class="contours" clip-path={plane.clip} style={{ stroke: color, fill: color }}>
      {shapes.map(({ value, coordinates }) => (
        <path key={value} d={coordinates.flat().map(ring).join('')} />
      ))}
    </g>
  );
}
