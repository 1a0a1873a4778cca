import type { LessonEntry } from './kit/lazy-lesson.tsx';

/** The lessons in their order. */
export const LESSONS: readonly LessonEntry[] = [
  { id: 'hard-and-soft', title: 'Hard pick, honest answer', load: () => import('./01-hard-and-soft.tsx') },
  { id: 'recipe', title: 'The recipe', load: () => import('./02-recipe.tsx') },
  { id: 'chicken-and-egg', title: 'The chicken and the egg', load: () => import('./03-chicken-and-egg.tsx') },
  { id: 'responsibilities', title: 'Responsibilities', load: () => import('./04-responsibilities.tsx') },
  { id: 'm-step', title: 'One M-step', load: () => import('./05-m-step.tsx') },
  { id: 'dance', title: 'The dance', load: () => import('./06-dance.tsx') },
  { id: 'two-algorithms', title: 'Two algorithms, one data set', load: () => import('./07-two-algorithms.tsx') },
  { id: 'sigma-to-zero', title: 'σ → 0', load: () => import('./08-sigma-to-zero.tsx') },
  { id: 'uphill', title: 'Uphill, always', load: () => import('./09-uphill.tsx') },
  { id: 'curved-space', title: 'Curved space', load: () => import('./10-curved-space.tsx') },
];
