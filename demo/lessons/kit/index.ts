// What lessons are made of.

export { Contours } from './contours.tsx';
export { Bars, Reading, Slider } from './controls.tsx';
export { Die } from './die.tsx';
export { Handle } from './handle.tsx';
export { Cross, Curve, Dots, Ellipse } from './marks.tsx';
export { blend, covarianceOf, ON_CPU, toPoints, toRows } from './numbers.ts';
export { Plane, usePlane } from './plane.tsx';
export { useEngine } from './use-engine.ts';
