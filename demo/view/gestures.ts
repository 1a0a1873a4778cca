import { pan, zoom } from './camera.ts';
import type { Camera, Plot } from './types.ts';

/** How far one key press or one notch of a wheel goes. */
const STEP = 0.1;
const CLOSER = 0.8;
/** A pointer that moved less than this many pixels was a click. */
const STILL = 4;

/** What gestures act on. */
export interface Stage {
  /** The plot in CSS pixels of the element. */
  plot(): Plot;
  camera(): Camera;
  /** The camera of all points. */
  all(): Camera;
  /** Undefined: all points. */
  look(camera: Camera | undefined): void;
  /** The pointer rests at a place of the element (CSS pixels), or has left (undefined). */
  point(at: { x: number; y: number } | undefined): void;
}

/** Wheel, drag, pinch and double click on an element, told to whatever stage is then current. Returns what takes them off again. */
export function listenToPointers(element: HTMLElement, current: () => Stage): () => void {
  const pointers = new Map<number, { x: number; y: number }>();
  let moved = 0;
  const place = (event: MouseEvent) => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const zoomAt = (factor: number, at: { x: number; y: number }) =>
    current().look(zoom(current().camera(), factor, within(current().plot(), at), current().all()));

  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    pointers.set(event.pointerId, place(event));
    moved = 0;
  };
  const move = (event: PointerEvent) => {
    const [at, before] = [place(event), pointers.get(event.pointerId)];
    // A button that was let go elsewhere is not told of.
    if (before && event.buttons === 0) pointers.delete(event.pointerId);
    if (!before || event.buttons === 0) return current().point(at);
    moved += Math.hypot(at.x - before.x, at.y - before.y);
    if (moved < STILL) return;
    element.setPointerCapture(event.pointerId);
    const stage = current();
    stage.point(undefined);
    const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, other]) => other);
    pointers.set(event.pointerId, at);
    const { width, height } = stage.plot();
    const share = 1 / (1 + others.length);
    stage.look(pan(stage.camera(), (-share * (at.x - before.x)) / width, (share * (at.y - before.y)) / height));
    const other = others[0];
    if (!other) return;
    const distance = (p: { x: number; y: number }) => Math.max(1, Math.hypot(p.x - other.x, p.y - other.y));
    zoomAt(distance(before) / distance(at), { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
  };
  const up = (event: PointerEvent) => pointers.delete(event.pointerId);
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    // Lines and pages are what some wheels count in.
    const pixels = event.deltaY * [1, 30, 300][event.deltaMode]!;
    zoomAt(Math.exp(Math.max(-1, Math.min(1, pixels * 0.002))), place(event));
  };
  // A drag that ends on an ellipse is no click on it.
  const click = (event: MouseEvent) => {
    if (moved >= STILL) event.stopPropagation();
  };

  const listeners: [string, (event: never) => void, AddEventListenerOptions?][] = [
    ['pointerdown', down],
    ['pointermove', move],
    ['pointerup', up],
    ['pointercancel', up],
    ['pointerleave', () => current().point(undefined)],
    ['wheel', wheel, { passive: false }],
    ['dblclick', () => current().look(undefined)],
    ['click', click, { capture: true }],
  ];
  for (const [name, listener, options] of listeners) element.addEventListener(name, listener as EventListener, options);
  return () => {
    for (const [name, listener, options] of listeners)
      element.removeEventListener(name, listener as EventListener, options);
  };
}

function within({ left, top, width, height }: Plot, { x, y }: { x: number; y: number }) {
  return { across: (x - left) / width, up: 1 - (y - top) / height };
}

const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** Arrows, plus, minus and 0. True where the key was one of these. */
export function pressKey(key: string, stage: Pick<Stage, 'camera' | 'all' | 'look'>): boolean {
  const middle = { across: 0.5, up: 0.5 };
  const arrow = ARROWS[key];
  if (arrow) stage.look(pan(stage.camera(), STEP * arrow[0], STEP * arrow[1]));
  else if (key === '+' || key === '=') stage.look(zoom(stage.camera(), CLOSER, middle, stage.all()));
  else if (key === '-' || key === '_') stage.look(zoom(stage.camera(), 1 / CLOSER, middle, stage.all()));
  else if (key === '0') stage.look(undefined);
  else return false;
  return true;
}
