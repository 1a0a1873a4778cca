import { pan, zoom } from './camera.ts';
import type { Stage } from './gestures.ts';

/** How far one key press goes. */
const STEP = 0.1;
const CLOSER = 0.8;

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
