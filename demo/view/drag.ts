import { pan, zoom } from './camera.ts';
import type { Place, Stage } from './gestures.ts';

/** A pointer that moved less than this many pixels was a click. */
const STILL = 4;

/** Pointers that are down on an element: one drags what is seen along, two drag and pinch it. */
export class Drag {
  readonly #element: HTMLElement;
  readonly #pointers = new Map<number, Place>();
  /** Pixels since the last pointer came down. */
  #moved = 0;

  constructor(element: HTMLElement) {
    this.#element = element;
  }

  /** Whether it was more than a click. */
  get moved(): boolean {
    return this.#moved >= STILL;
  }

  /** A pointer comes down. */
  begin({ pointerId }: PointerEvent, at: Place): void {
    this.#pointers.set(pointerId, at);
    this.#moved = 0;
  }

  /** A pointer is at a place now. False where it only hovers. */
  move({ pointerId, buttons }: PointerEvent, at: Place, stage: Stage): boolean {
    // A button that was let go elsewhere is not told of.
    if (buttons === 0) this.end(pointerId);
    const before = this.#pointers.get(pointerId);
    if (!before) return false;
    this.#moved += Math.hypot(at.x - before.x, at.y - before.y);
    if (!this.moved) return true;
    this.#element.setPointerCapture(pointerId);
    this.#pointers.set(pointerId, at);
    const [other] = [...this.#pointers].filter(([id]) => id !== pointerId).map(([, place]) => place);
    stage.point(undefined);
    follow(stage, before, at, other ? 0.5 : 1);
    if (other) pinch(stage, before, at, other);
    return true;
  }

  /** A pointer is lifted, or the browser took it for a gesture of its own. */
  end(pointerId: number): void {
    this.#pointers.delete(pointerId);
  }
}

/** Moves what is seen along with a pointer, by a share of its way. */
function follow(stage: Stage, from: Place, to: Place, share: number): void {
  const { width, height } = stage.plot();
  stage.look(pan(stage.camera(), (-share * (to.x - from.x)) / width, (share * (to.y - from.y)) / height));
}

/** Zooms as a pointer gets nearer to another that rests, or farther from it. */
function pinch(stage: Stage, from: Place, to: Place, other: Place): void {
  const distance = ({ x, y }: Place) => Math.max(1, Math.hypot(x - other.x, y - other.y));
  zoomAt(stage, distance(from) / distance(to), { x: (to.x + other.x) / 2, y: (to.y + other.y) / 2 });
}

/** Zooms by `factor` (below 1: closer) about a place of the element. */
export function zoomAt(stage: Stage, factor: number, at: Place): void {
  const { left, top, width, height } = stage.plot();
  const place = { across: (at.x - left) / width, up: 1 - (at.y - top) / height };
  stage.look(zoom(stage.camera(), factor, place, stage.all()));
}
