import './view.css';
import type { Signal } from '@preact/signals';
import type { Ref } from 'preact';
import { useId, useRef } from 'preact/hooks';
import type { ViewChoice } from '../models/choices.ts';
import { scheme } from '../shared/scheme.ts';
import { Axes } from './axes.tsx';
import { DensityCurves } from './density-curve.tsx';
import { isMixture, type ViewModel } from './ellipse.ts';
import type { Scrolled } from './gestures.ts';
import { HoverCard } from './hover.tsx';
import { isolate, Legend } from './legend.tsx';
import { type PairsHandle, useLent, type ViewHandle } from './lent.ts';
import { Components, ContourLines } from './overlay.tsx';
import { isLine, project } from './projection.ts';
import { useGestures } from './use-gestures.ts';
import { useHover } from './use-hover.ts';
import { type PictureOf, usePicture } from './use-picture.ts';
import { type Scene, useScene } from './use-scene.ts';

/** What a view shows, and the choice that it reads and writes. */
export interface ViewProps extends PictureOf {
  readonly model?: ViewModel | undefined;
  readonly choice: Signal<ViewChoice>;
  /** What the view shows, for those who cannot see it. */
  readonly label: string;
  /** Number of each row in the source, where some were left out. */
  readonly rowNumbers?: Uint32Array | undefined;
  readonly onError: (message: string) => void;
  readonly handle?: Ref<ViewHandle | PairsHandle> | undefined;
}

const HOW =
  'Arrow keys move the view, plus and minus zoom, 0 shows all points, Enter tells about the point next to the middle. ' +
  'The wheel zooms while the view has the focus, or with the Control or Command key. ' +
  'On a narrow screen one finger scrolls the page; two fingers, or one that goes sideways, move the view.';

const HINTS: Record<Scrolled, string> = {
  wheel: `To zoom, hold ${/Mac/.test(navigator.userAgent) ? '⌘' : 'Ctrl'} or click the view first.`,
  touch: 'Use two fingers to move the view.',
};

/** All points in a plane, with axes, ellipses and a card about the point next to the pointer. */
export function PointsView(props: ViewProps) {
  const { points, resident, model, choice, label, onError } = props;
  const root = useRef<HTMLDivElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<SVGSVGElement>(null);
  const id = useId();
  const scene = useScene(props, stage);
  const { size, frame } = scene;
  const hover = useHover(points, scene.projection, scene, onError);
  const { onKeyDown, scrolled } = useGestures(stage, choice, scene, hover);
  const onDrawn = () => {
    if (root.current) root.current.dataset.drawn = `${Number(root.current.dataset.drawn) + 1}`;
  };
  const redraw = usePicture({ ...props, canvas, size, frame, onDrawn });
  useLent(props.handle, { canvas, overlay, redraw });
  return (
    <div class="points-view" ref={root} data-drawn="0" data-points={points.data.length / points.nFeatures}>
      <div
        class="pv-stage"
        ref={stage}
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes the keyboard.
        tabIndex={0}
        aria-label={label}
        aria-describedby={`${id}how`}
        onKeyDown={onKeyDown}
      >
        <canvas key={resident ? 'webgpu' : '2d'} ref={canvas} />
        <Overlay {...{ scene, model, choice, svg: overlay }} />
        {hover.row !== undefined && <Told {...props} row={hover.row} scene={scene} />}
        <p id={`${id}how`} class="visually-hidden">
          {HOW}
        </p>
        {scrolled && (
          <p class="pv-hint" aria-hidden="true">
            {HINTS[scrolled]}
          </p>
        )}
      </div>
      <Legend model={model} choice={choice} notes={scene.notes} />
    </div>
  );
}

interface OverlayProps extends Pick<ViewProps, 'model' | 'choice'> {
  readonly scene: Scene;
  readonly svg: Ref<SVGSVGElement>;
}

/** What lies over the points: density lines and components within the plot, and the axes around it. */
function Overlay({ scene, model, choice, svg }: OverlayProps) {
  const { size, plot, map, ticks, contours, projection } = scene;
  const clip = `${useId()}plot`;
  const { isolated } = choice.value;
  return (
    <svg ref={svg} width={size.width} height={size.height} aria-hidden="true">
      <clipPath id={clip}>
        <rect x={plot.left} y={plot.top} width={plot.width} height={plot.height} />
      </clipPath>
      <g clip-path={`url(#${clip})`}>
        <ContourLines contours={contours} map={map} />
        {model && isMixture(model) && isLine(projection) && (
          <DensityCurves {...{ model, projection, map, plot, isolated }} scheme={scheme.value} />
        )}
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
  );
}

/** The card about one row, where its point is. */
function Told({ points, model, rowNumbers, row, scene }: ViewProps & { readonly row: number; readonly scene: Scene }) {
  const { projection, map, size } = scene;
  const [u, v] = project(projection, points.data, row * points.nFeatures);
  const at = { x: map.x(u), y: map.y(v) };
  return <HoverCard {...{ points, model, size, row, at }} number={rowNumbers?.[row] ?? row} />;
}
