import type { Signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ViewChoice } from '../models/choices.ts';
import { within } from './camera.ts';
import { listenToPointers, type Scrolled, type Stage } from './gestures.ts';
import { pressKey } from './keys.ts';
import type { Hover } from './use-hover.ts';
import type { Scene } from './use-scene.ts';

/** How long a hint is shown, milliseconds. */
const LONG_ENOUGH = 1600;

/** What the view does with keys, and what scrolled the page over it just now. */
interface Gestures {
  onKeyDown(event: KeyboardEvent): void;
  readonly scrolled: Scrolled | undefined;
}

/** Lets pointer, wheel and keys on an element choose what is seen. */
export function useGestures(
  element: RefObject<HTMLElement | null>,
  choice: Signal<ViewChoice>,
  { all, plot }: Pick<Scene, 'all' | 'plot'>,
  hover: Hover,
): Gestures {
  const [scrolled, setScrolled] = useState<Scrolled>();
  const timer = useRef(0);
  const look: Stage['look'] = (next) => {
    const { camera: _, ...rest } = choice.value;
    choice.value = next ? { ...rest, camera: next } : rest;
  };
  const stage = useRef<Stage>(null!);
  // The camera as it is when a gesture happens: several may come before this is shown again.
  stage.current = {
    ...{ plot: () => plot, camera: () => within(choice.value.camera, all), all: () => all },
    ...{ look, point: hover.look },
    scrolled: (by) => {
      setScrolled(by);
      clearTimeout(timer.current);
      timer.current = window.setTimeout(setScrolled, LONG_ENOUGH, undefined);
    },
  };
  useEffect(() => {
    const quiet = element.current && listenToPointers(element.current, () => stage.current);
    return () => {
      quiet?.();
      clearTimeout(timer.current);
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') hover.look(undefined);
    else if (event.key === 'Enter') hover.lookAtMiddle();
    else if (!pressKey(event.key, stage.current)) return;
    event.preventDefault();
  };
  return { onKeyDown, scrolled };
}
