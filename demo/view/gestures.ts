import { Drag, zoomAt } from './drag.ts';
import type { Camera, Plot } from './types.ts';

/** A place of an element, CSS pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** What scrolled the page over a view: what would move the view instead may need to be said. */
export type Scrolled = 'wheel' | 'touch';

/** What gestures act on. */
export interface Stage {
  /** The plot in CSS pixels of the element. */
  plot(): Plot;
  camera(): Camera;
  /** The camera of all points. */
  all(): Camera;
  /** Undefined: all points. */
  look(camera: Camera | undefined): void;
  /** The pointer rests at a place of the element, or has left (undefined). */
  point(at: Place | undefined): void;
  /** The page was scrolled by a gesture over the element. */
  scrolled(by: Scrolled): void;
}

type Listener = [name: string, listener: (event: never) => void, options?: AddEventListenerOptions];

/** Wheel, drag, pinch and double click on an element, told to whatever stage is then current. Returns what takes them off again. */
export function listenToPointers(element: HTMLElement, current: () => Stage): () => void {
  const listeners = [...dragListeners(element, current), ...wheelListeners(element, current)];
  for (const [name, listener, options] of listeners) element.addEventListener(name, listener as EventListener, options);
  return () => {
    for (const [name, listener, options] of listeners)
      element.removeEventListener(name, listener as EventListener, options);
  };
}

function placeIn(element: HTMLElement, { clientX, clientY }: MouseEvent): Place {
  const box = element.getBoundingClientRect();
  return { x: clientX - box.left, y: clientY - box.top };
}

function dragListeners(element: HTMLElement, current: () => Stage): Listener[] {
  const drag = new Drag(element);
  const down = (event: PointerEvent) => {
    if (event.button === 0) drag.begin(event, placeIn(element, event));
  };
  const move = (event: PointerEvent) => {
    const at = placeIn(element, event);
    if (!drag.move(event, at, current())) current().point(at);
  };
  const cancel = ({ pointerId, pointerType }: PointerEvent) => {
    drag.end(pointerId);
    if (pointerType === 'touch') current().scrolled('touch');
  };
  // A drag that ends on an ellipse is no click on it.
  const click = (event: MouseEvent) => {
    if (drag.moved) event.stopPropagation();
  };
  return [
    ['pointerdown', down],
    ['pointermove', move],
    ['pointerup', ({ pointerId }: PointerEvent) => drag.end(pointerId)],
    ['pointercancel', cancel],
    ['pointerleave', () => current().point(undefined)],
    ['dblclick', () => current().look(undefined)],
    ['click', click, { capture: true }],
  ];
}

/**
 * The wheel zooms with Control or Command, as pinches of a touch pad come too, or while the element has the focus. Otherwise it scrolls the
 * page: a view as wide as the window would keep the reader from what is below.
 */
function wheelListeners(element: HTMLElement, current: () => Stage): Listener[] {
  const wheel = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey && !element.contains(document.activeElement)) {
      current().scrolled('wheel');
      return;
    }
    event.preventDefault();
    // Lines and pages are what some wheels count in.
    const pixels = event.deltaY * [1, 30, 300][event.deltaMode]!;
    zoomAt(current(), Math.exp(Math.max(-1, Math.min(1, pixels * 0.002))), placeIn(element, event));
  };
  return [['wheel', wheel, { passive: false }]];
}
