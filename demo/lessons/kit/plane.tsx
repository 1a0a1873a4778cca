import { scaleLinear } from 'd3-scale';
import { type ComponentChildren, createContext, type RefObject } from 'preact';
import { useContext, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** How the plane around maps data to pixels of its SVG. */
export interface PlaneScales {
  /** Data to pixels, from the left. */
  x(value: number): number;
  /** Data to pixels, from the top. */
  y(value: number): number;
  /** Pixels of the SVG to data. */
  invert(px: number, py: number): [x: number, y: number];
  /** Where a pointer is, in pixels of the SVG. */
  locate(pointer: { readonly clientX: number; readonly clientY: number }): [px: number, py: number];
  /** Value of `clip-path` that keeps marks within the axes. */
  readonly clip: string;
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
}

interface Props {
  readonly x: readonly [min: number, max: number];
  readonly y: readonly [min: number, max: number];
  /** What the figure shows, for those who cannot see it. */
  readonly label: string;
  /** Pixels; without it both axes have the same scale, and the height follows from that. */
  readonly height?: number;
  /** Ticks along y are left out for `false`. Default true. */
  readonly yTicks?: boolean;
  readonly children?: ComponentChildren;
}

const MARGIN = { left: 30, right: 10, top: 8, bottom: 22 };
const WIDTH = 640;
const TICK_PX = 70;

const Scales = createContext<PlaneScales | undefined>(undefined);

/** The scales of the {@link Plane} around a component. */
export function usePlane(): PlaneScales {
  const scales = useContext(Scales);
  if (!scales) throw new Error('usePlane() needs a <Plane> around it.');
  return scales;
}

/** A figure with axes and a light grid. Its pixels are those of the screen, so that type and handles keep their size on small ones. */
export function Plane({ x, y, label, height, yTicks = true, children }: Props) {
  const svg = useRef<SVGSVGElement>(null);
  const clipId = useId();
  const width = useWidth(svg);
  const right = width - MARGIN.right;
  const unit = (right - MARGIN.left) / (x[1] - x[0]);
  const inner = height === undefined ? unit * (y[1] - y[0]) : height - MARGIN.top - MARGIN.bottom;
  const bottom = MARGIN.top + inner;
  const toX = scaleLinear([...x], [MARGIN.left, right]);
  const toY = scaleLinear([...y], [bottom, MARGIN.top]);
  const scales: PlaneScales = {
    ...{ x: toX, y: toY, xDomain: x, yDomain: y },
    clip: `url(#${clipId})`,
    invert: (px, py) => [toX.invert(px), toY.invert(py)],
    locate: ({ clientX, clientY }) => {
      const at = new DOMPoint(clientX, clientY).matrixTransform(svg.current!.getScreenCTM()!.inverse());
      return [at.x, at.y];
    },
  };
  const total = bottom + MARGIN.bottom;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset holds no SVG shapes; this one holds sliders.
    <svg ref={svg} class="plane" viewBox={`0 0 ${width} ${total}`} role="group" aria-label={label}>
      <g class="grid">
        {toX.ticks((right - MARGIN.left) / TICK_PX).map((tick) => (
          <g key={tick} transform={`translate(${toX(tick)} 0)`}>
            <line y1={MARGIN.top} y2={bottom} />
            <text y={bottom + 16} text-anchor="middle">
              {toX.tickFormat((right - MARGIN.left) / TICK_PX)(tick)}
            </text>
          </g>
        ))}
        {yTicks &&
          toY.ticks(inner / TICK_PX).map((tick) => (
            <g key={tick} transform={`translate(0 ${toY(tick)})`}>
              <line x1={MARGIN.left} x2={right} />
              <text x={MARGIN.left - 6} dy="0.32em" text-anchor="end">
                {toY.tickFormat(inner / TICK_PX)(tick)}
              </text>
            </g>
          ))}
      </g>
      <clipPath id={clipId}>
        <rect x={MARGIN.left} y={MARGIN.top} width={right - MARGIN.left} height={inner} />
      </clipPath>
      <Scales.Provider value={scales}>{children}</Scales.Provider>
    </svg>
  );
}

/** The width of an element in CSS pixels, kept up to date. */
function useWidth(element: RefObject<Element | null>): number {
  const [width, setWidth] = useState(WIDTH);
  useLayoutEffect(() => {
    const measure = () => setWidth(element.current!.getBoundingClientRect().width || WIDTH);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
