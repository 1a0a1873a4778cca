import './view.css';
import type { Signal } from '@preact/signals';
import type { Ref } from 'preact';
import { useEffect, useId, useImperativeHandle, useMemo, useRef } from 'preact/hooks';
import { scheme } from '../shared/scheme.ts';
import type { ViewChoice } from '../workbench/types.ts';
import { Axes, axisTicks, plotFor } from './axes.tsx';
import { pixelMap, radiusFor, shareInSight } from './camera.ts';
import type { ViewModel } from './ellipse.ts';
import { listenToPointers, pressKey, type Stage } from './gestures.ts';
import { HoverCard } from './hover.tsx';
import { isolate, Legend } from './legend.tsx';
import { Components, ContourLines } from './overlay.tsx';
import { project } from './projection.ts';
import type { Frame } from './types.ts';
import { useContours } from './use-contours.ts';
import { useHover } from './use-hover.ts';
import { type PictureOf, usePicture } from './use-picture.ts';
import { usePlane } from './use-plane.ts';
import { useSize } from './use-size.ts';

/** What a view lends to those who make pictures of it. */
export interface ViewHandle {
  readonly canvas: HTMLCanvasElement;
  readonly overlay: SVGSVGElement;
  /** Resolves when the picture is up to date; right then the canvas can be copied from. */
  redraw(): Promise<void>;
}

/** What a view shows, and the choice that it reads and writes. */
export interface ViewProps extends PictureOf {
  readonly model?: ViewModel | undefined;
  readonly choice: Signal<ViewChoice>;
  /** What the view shows, for those who cannot see it. */
  readonly label: string;
  /** Number of each row in the source, where some were left out. */
  readonly rowNumbers?: Uint32Array | undefined;
  readonly onError: (message: string) => void;
  readonly handle?: Ref<ViewHandle> | undefined;
}

const KEYS =
  'Arrow keys move the view, plus and minus zoom, 0 shows all points, Enter tells about the point next to the middle.';

/** All points in a plane, with axes, ellipses and a card about the point next to the pointer. */
export function PointsView(props: ViewProps) {
  const { points, resident, model, choice, label, onError } = props;
  const root = useRef<HTMLDivElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<SVGSVGElement>(null);
  const id = useId();
  const size = useSize(stage);
  const { plane, isolated, contours: wanted } = choice.value;
  const { projection, sample, all } = usePlane(points, plane);
  const camera = choice.value.camera ?? all;
  const { ticks, plot, map } = useMemo(() => {
    const marks = axisTicks(camera, size);
    const place = plotFor(size, marks);
    return { ticks: marks, plot: place, map: pixelMap(camera, place) };
  }, [camera, size]);
  const contours = useContours(wanted, model, plane, camera, onError);
  const hover = useHover(points, projection, { camera, plot, map });

  const look: Stage['look'] = (next) => {
    const { camera: _, ...rest } = choice.value;
    choice.value = next ? { ...rest, camera: next } : rest;
  };
  const actions = useRef<Stage>(null!);
  // The camera as it is when a gesture happens: several may come before this is shown again.
  actions.current = {
    ...{ plot: () => plot, camera: () => choice.value.camera ?? all, all: () => all },
    ...{ look, point: hover.look },
  };
  useEffect(() => (stage.current ? listenToPointers(stage.current, () => actions.current) : undefined), []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') hover.look(undefined);
    else if (event.key === 'Enter') hover.lookAtMiddle();
    else if (!pressKey(event.key, actions.current)) return;
    event.preventDefault();
  };

  const dimmed = contours.length > 0;
  const { color } = choice.value;
  const nSamples = points.data.length / points.nFeatures;
  const frame = useMemo<Frame>(() => {
    const radius = radiusFor(nSamples * shareInSight(sample, camera));
    return { projection, camera, plot, radius, color, scheme: scheme.value, dimmed };
  }, [projection, sample, camera, plot, color, scheme.value, dimmed, nSamples]);
  const onDrawn = () => {
    if (root.current) root.current.dataset.drawn = `${Number(root.current.dataset.drawn) + 1}`;
  };
  const redraw = usePicture({ ...props, canvas, size, frame, onDrawn });
  useImperativeHandle(
    props.handle ?? null,
    () => ({
      get canvas() {
        return canvas.current!;
      },
      get overlay() {
        return overlay.current!;
      },
      redraw,
    }),
    [redraw],
  );

  return (
    <div class="points-view" ref={root} data-drawn="0" data-points={nSamples}>
      <div
        class="pv-stage"
        ref={stage}
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes the keyboard.
        tabIndex={0}
        aria-label={label}
        aria-describedby={`${id}keys`}
        onKeyDown={onKeyDown}
      >
        <canvas key={resident ? 'webgpu' : '2d'} ref={canvas} />
        <svg ref={overlay} width={size.width} height={size.height} aria-hidden="true">
          <clipPath id={`${id}plot`}>
            <rect x={plot.left} y={plot.top} width={plot.width} height={plot.height} />
          </clipPath>
          <g clip-path={`url(#${id}plot)`}>
            <ContourLines contours={contours} map={map} />
            {model && (
              <Components
                {...{ model, projection, map, isolated }}
                scheme={scheme.value}
                onPick={(k) => {
                  choice.value = isolate(choice.value, k);
                }}
              />
            )}
          </g>
          <Axes plot={plot} map={map} ticks={ticks} names={projection.names} />
        </svg>
        {hover.row !== undefined && (
          <HoverCard
            {...{ points, model, size }}
            row={hover.row}
            number={props.rowNumbers?.[hover.row] ?? hover.row}
            at={placeOf(project(projection, points.data, hover.row * points.nFeatures), map)}
          />
        )}
        <p id={`${id}keys`} class="visually-hidden">
          {KEYS}
        </p>
      </div>
      <Legend model={model} choice={choice} contours={contours.length > 0} />
    </div>
  );
}

function placeOf([u, v]: [number, number], map: ReturnType<typeof pixelMap>) {
  return { x: map.x(u), y: map.y(v) };
}
