import type { TargetedKeyboardEvent, TargetedMouseEvent } from 'preact';
import { useState } from 'preact/hooks';
import { usePlane } from './plane.tsx';

interface Props {
  /** `[N][2]`, data units. */
  readonly points: readonly (readonly number[])[];
  /** `[N]`, CSS. */
  readonly colors: readonly string[];
  /** Without it the points are only shown. */
  readonly onPress?: (i: number) => void;
  /** What a point is now, in a word. */
  readonly describe?: (i: number) => string;
}

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
const RADIUS = 5.5;
const REACH = 11;

/** Points that can be pressed. They are one stop of the Tab key; arrow keys go from one to the next, from left to right. */
export function PointButtons({ points, colors, onPress, describe }: Props) {
  const plane = usePlane();
  const [current, setCurrent] = useState(0);
  const order = points.map((_, i) => i).sort((a, b) => points[a]![0]! - points[b]![0]!);
  const press = (event: TargetedKeyboardEvent<SVGGElement>, place: number) => {
    if (event.key === 'Enter' || event.key === ' ') onPress?.(order[place]!);
    else if (STEPS[event.key] === undefined) return;
    event.preventDefault();
    const next = Math.min(points.length - 1, Math.max(0, place + (STEPS[event.key] ?? 0)));
    setCurrent(next);
    (event.currentTarget.parentNode!.children[next] as SVGGElement).focus();
  };
  return (
    <g class="point-buttons">
      {order.map((i, place) => (
        <g
          key={i}
          transform={`translate(${plane.x(points[i]![0]!)} ${plane.y(points[i]![1]!)})`}
          {...(onPress && {
            role: 'button',
            tabindex: place === current ? 0 : -1,
            'aria-label': `point ${place + 1} of ${points.length}, ${describe?.(i)}`,
            'data-point': i,
            onClick: (event: TargetedMouseEvent<SVGGElement>) => {
              event.currentTarget.focus({ preventScroll: true });
              setCurrent(place);
              onPress(i);
            },
            onKeyDown: (event: TargetedKeyboardEvent<SVGGElement>) => press(event, place),
          })}
        >
          <circle class="reach" r={REACH} />
          <circle class="dot" r={RADIUS} style={{ fill: colors[i]! }} />
        </g>
      ))}
    </g>
  );
}
