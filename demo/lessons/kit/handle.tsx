import type { TargetedKeyboardEvent, TargetedPointerEvent } from 'preact';
import { useRef } from 'preact/hooks';
import { type PlaneScales, usePlane } from './plane.tsx';

interface Props {
  /** Data units. */
  readonly at: readonly number[];
  /** Says what is dragged; one of a kind within a lesson. */
  readonly name: string;
  /** Called with the place it is dragged to, within the plane. */
  readonly onMove: (at: [x: number, y: number]) => void;
  /** What an arrow key moves it by, data units; ten times as much with Shift. Default 0.1. */
  readonly step?: number;
  /** The directions it can be moved in. Default both. */
  readonly axis?: 'x' | 'y' | 'both';
  /** CSS; default the accent. */
  readonly color?: string;
}

const LEAP = 10;
const RADIUS = 8;
/** What a finger can hit. */
const REACH = 20;

const ARROWS: Readonly<Record<string, readonly [dx: number, dy: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** Something in a {@link Plane} that pointer and arrow keys move. */
export function Handle({ at, name, onMove, step = 0.1, axis = 'both', color = 'var(--accent)' }: Props) {
  const plane = usePlane();
  const [x, y] = at as [number, number];
  const move = (to: readonly [number, number]) => {
    const [nextX, nextY] = clamp(to, plane);
    onMove([axis === 'y' ? x : nextX, axis === 'x' ? y : nextY]);
  };
  const press = (event: TargetedKeyboardEvent<SVGGElement>) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    const by = step * (event.shiftKey ? LEAP : 1);
    const [dx, dy] = axis === 'both' ? arrow : [arrow[0] + arrow[1], arrow[0] + arrow[1]];
    move([tidy(x + by * dx), tidy(y + by * dy)]);
  };
  const domain = axis === 'y' ? plane.yDomain : plane.xDomain;
  return (
    <g
      class="handle"
      role="slider"
      tabindex={0}
      aria-label={name}
      aria-valuemin={domain[0]}
      aria-valuemax={domain[1]}
      aria-valuenow={axis === 'y' ? y : x}
      aria-valuetext={describe(x, y, axis)}
      data-handle={name}
      data-x={x}
      data-y={y}
      transform={`translate(${plane.x(x)} ${plane.y(y)})`}
      {...useGrip(plane, [x, y], move)}
      onKeyDown={press}
    >
      <circle class="reach" r={REACH} />
      <circle class="knob" r={RADIUS} style={{ fill: color }} />
    </g>
  );
}

/** What an element listens to so that a pointer can take it along from `at`, wherever on it the pointer holds it. */
function useGrip(plane: PlaneScales, [x, y]: readonly [number, number], move: (to: readonly [number, number]) => void) {
  /** From the pointer to the centre of the handle, in pixels, while it is held. */
  const grip = useRef<readonly [number, number] | undefined>(undefined);
  const release = () => {
    grip.current = undefined;
  };
  return {
    onPointerDown: (event: TargetedPointerEvent<SVGGElement>) => {
      event.preventDefault();
      event.currentTarget.setPointerCapture(event.pointerId);
      event.currentTarget.focus({ preventScroll: true });
      const [px, py] = plane.locate(event);
      grip.current = [plane.x(x) - px, plane.y(y) - py];
    },
    onPointerMove: (event: TargetedPointerEvent<SVGGElement>) => {
      if (!grip.current) return;
      const [px, py] = plane.locate(event);
      move(plane.invert(px + grip.current[0], py + grip.current[1]));
    },
    onPointerUp: release,
    onPointerCancel: release,
  };
}

function clamp([x, y]: readonly [number, number], { xDomain, yDomain }: PlaneScales): [number, number] {
  const within = (value: number, [min, max]: readonly [number, number]) => Math.min(max, Math.max(min, value));
  return [within(x, xDomain), within(y, yDomain)];
}

/** Without what binary fractions leave behind, so that ten steps of 0.1 are 1. */
function tidy(value: number): number {
  return Number(value.toFixed(9));
}

function describe(x: number, y: number, axis: 'x' | 'y' | 'both'): string {
  if (axis === 'both') return `x ${x.toFixed(2)}, y ${y.toFixed(2)}`;
  return (axis === 'x' ? x : y).toFixed(2);
}
