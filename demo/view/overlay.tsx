import type { Ellipse } from '../shared/ellipse.ts';
import type { Scheme } from '../shared/palette.ts';
import type { PixelMap } from './camera.ts';
import type { Contour } from './contours.ts';
import { centerInPlane, centersOf, ellipseInPlane, isMixture, type ViewModel } from './ellipse.ts';
import { isLine } from './projection.ts';
import { strokeOf } from './stroke.ts';
import type { Projection } from './types.ts';

/** Components with so many others beside them have no numbers at their means. */
const MOST_NUMBERED = 24;

interface Props {
  readonly model: ViewModel;
  readonly projection: Projection;
  readonly map: PixelMap;
  readonly scheme: Scheme;
  readonly isolated: number | undefined;
  /** Small: one ellipse each, and no numbers. */
  readonly plain?: boolean;
  /** Told a component that was clicked; absent: nothing can be. */
  readonly onPick?: (k: number) => void;
}

/** Ellipses at one and two standard deviations, and a cross at each mean. */
export function Components({ model, isolated, plain = false, ...rest }: Props) {
  const K = centersOf(model).length;
  return (
    <g class="components">
      {Array.from({ length: K }, (_, k) => (
        <Component
          key={k}
          {...rest}
          {...{ model, k, plain }}
          faint={isolated !== undefined && isolated !== k}
          numbered={!plain && K <= MOST_NUMBERED}
        />
      ))}
    </g>
  );
}

interface ComponentProps extends Omit<Props, 'isolated' | 'plain'> {
  readonly k: number;
  readonly plain: boolean;
  readonly faint: boolean;
  readonly numbered: boolean;
}

function Component({ model, k, projection, map, scheme, faint, plain, numbered, onPick }: ComponentProps) {
  const [u, v] = centerInPlane(model, k, projection);
  // Of one column the density has a curve.
  const ellipse = isMixture(model) && !isLine(projection) ? ellipseInPlane(model, k, projection, map) : undefined;
  return (
    <g
      transform={`translate(${map.x(u)},${map.y(v)})`}
      stroke={strokeOf(k, scheme)}
      fill="none"
      opacity={faint ? 0.25 : 1}
      data-component={k}
      {...(onPick && { onClick: () => onPick(k), class: 'pickable' })}
    >
      {ellipse && (plain ? [2] : [1, 2]).map((sigmas) => <Ring key={sigmas} sigmas={sigmas} {...ellipse} />)}
      <path class="halo" d={CROSS} stroke-width={5} />
      <path d={CROSS} stroke-width={2} />
      <circle class="reach" r={10} stroke="none" />
      {numbered && (
        <text class="number" x={8} y={-7} fill={strokeOf(k, scheme)} stroke="none">
          {k}
        </text>
      )}
    </g>
  );
}

const CROSS = 'M-6,0H6M0,-6V6';

/** An ellipse, with a seam of the page's colour so that it is seen on dense points, and a wide invisible one to click on. */
function Ring({ sigmas, rx, ry, degrees }: Ellipse & { readonly sigmas: number }) {
  const shape = { rx: sigmas * rx, ry: sigmas * ry, transform: `rotate(${degrees})` };
  return (
    <>
      <ellipse {...shape} class="halo" stroke-width={4} />
      <ellipse {...shape} data-sigmas={sigmas} stroke-width={sigmas === 1 ? 2 : 1.25} />
      <ellipse {...shape} class="reach" stroke-width={12} stroke="transparent" />
    </>
  );
}

/** Density lines. */
export function ContourLines({ contours, map }: { readonly contours: readonly Contour[]; readonly map: PixelMap }) {
  return (
    <g class="contours">
      {contours.map(({ enclosed, rings }) => (
        <path key={enclosed} data-enclosed={enclosed} d={rings.map((ring) => pathOf(ring, map)).join('')} />
      ))}
    </g>
  );
}

function pathOf(ring: readonly (readonly [number, number])[], map: PixelMap): string {
  return `M${ring.map(([u, v]) => `${map.x(u).toFixed(1)},${map.y(v).toFixed(1)}`).join('L')}Z`;
}
