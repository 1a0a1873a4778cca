import './view.css';
import { createRef, type RefObject } from 'preact';
import { useImperativeHandle, useMemo, useRef } from 'preact/hooks';
import { scheme } from '../shared/scheme.ts';
import { pixelMap, radiusFor } from './camera.ts';
import { whyNoDensity } from './contours.ts';
import { Legend } from './legend.tsx';
import { useLent, type ViewHandle } from './lent.ts';
import { Components } from './overlay.tsx';
import type { ViewProps } from './points-view.tsx';
import { columnName } from './projection.ts';
import type { Frame } from './types.ts';
import { usePicture } from './use-picture.ts';
import { usePlane } from './use-plane.ts';
import { useSize } from './use-size.ts';

/** Points of a small view are smaller. */
const SMALLER = 0.6;

const LARGE_ONLY = 'Density contours are drawn in the large view: press a pair to open it.';

/** Every pair of up to six columns as a small view; a click opens one in the large view. */
export function PairPlot(props: Omit<ViewProps, 'rowNumbers'>) {
  const { model, choice, label } = props;
  const note = choice.value.contours && model && (whyNoDensity(model) ?? LARGE_ONLY);
  return (
    <section aria-label={label}>
      <Pairs {...props} />
      <Legend {...{ model, choice }} notes={note ? [note] : []} />
    </section>
  );
}

/** The small views, with the names of the columns to the left and below. */
function Pairs(props: Omit<ViewProps, 'rowNumbers'>) {
  const { points } = props;
  const D = points.nFeatures;
  const frame = useRef<HTMLDivElement>(null);
  const panes = useMemo(() => Array.from({ length: (D * (D - 1)) / 2 }, () => createRef<ViewHandle>()), [D]);
  useImperativeHandle(
    props.handle ?? null,
    () => ({
      get frame() {
        return frame.current!;
      },
      get panes() {
        return panes.flatMap(({ current }) => (current ? [current] : []));
      },
      get names() {
        return [...frame.current!.querySelectorAll<HTMLElement>('.pair-name')];
      },
    }),
    [panes],
  );
  const names = Array.from({ length: D }, (_, d) => columnName(points, d));
  return (
    <div class="pair-plot" ref={frame} style={{ '--pairs': D - 1 }}>
      {names.slice(1).map((name, i) => [
        <span key={name} class="pair-name side" style={{ gridArea: `${i + 1} / 1` }}>
          {name}
        </span>,
        ...names
          .slice(0, i + 1)
          .map((across, j) => (
            <Pair
              key={`${name} ${across}`}
              {...props}
              {...{ x: j, y: i + 1, name: `${name} against ${across}`, handle: panes[(i * (i + 1)) / 2 + j]! }}
            />
          )),
      ])}
      {names.slice(0, -1).map((name, j) => (
        <span key={name} class="pair-name" style={{ gridArea: `${D} / ${j + 2}` }}>
          {name}
        </span>
      ))}
    </div>
  );
}

interface PairProps extends Omit<ViewProps, 'handle' | 'rowNumbers'> {
  readonly handle: RefObject<ViewHandle | null>;
  readonly x: number;
  readonly y: number;
  readonly name: string;
}

function Pair(props: PairProps) {
  const { x, y, name, points, resident, model, choice } = props;
  const button = useRef<HTMLButtonElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<SVGSVGElement>(null);
  const size = useSize(button);
  const { projection, all } = usePlane(points, [x, y]);
  const { color, isolated } = choice.value;
  const plot = useMemo(() => ({ left: 0, top: 0, ...size }), [size]);
  const frame = useMemo<Frame>(() => {
    const radius = SMALLER * radiusFor(points.data.length / points.nFeatures);
    return { projection, camera: all, plot, radius, color, scheme: scheme.value };
  }, [points, projection, all, plot, color, scheme.value]);
  const onDrawn = () => {
    if (button.current) button.current.dataset.drawn = `${Number(button.current.dataset.drawn) + 1}`;
  };
  const redraw = usePicture({ ...props, canvas, size, frame, onDrawn });
  useLent(props.handle, { canvas, overlay, redraw });
  const open = () => {
    const { camera: _, ...rest } = choice.value;
    choice.value = { ...rest, plane: [x, y], pairs: false };
  };
  return (
    <button
      type="button"
      ref={button}
      class="pair"
      data-drawn="0"
      style={{ gridArea: `${y} / ${x + 2}` }}
      aria-label={`${name}, open`}
      onClick={open}
    >
      <canvas key={resident ? 'webgpu' : '2d'} ref={canvas} />
      <svg ref={overlay} width={size.width} height={size.height} aria-hidden="true">
        {model && (
          <Components {...{ model, projection, isolated }} map={pixelMap(all, plot)} scheme={scheme.value} plain />
        )}
      </svg>
    </button>
  );
}
