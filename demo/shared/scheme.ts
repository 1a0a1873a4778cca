import { effect, signal } from '@preact/signals';
import type { Scheme } from './palette.ts';

const system = matchMedia('(prefers-color-scheme: dark)');
const KEY = 'emgpu-scheme';

/** What was chosen on an earlier visit; nothing where the browser keeps no storage for the page. */
function remembered(): Scheme | undefined {
  try {
    const found = localStorage.getItem(KEY);
    return found === 'light' || found === 'dark' ? found : undefined;
  } catch {
    return undefined;
  }
}

function remember(chosen: Scheme): void {
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // Blocked or full: the choice holds for this visit.
  }
}

let chosen = remembered();

/** Light or dark: what the visitor chose, else what the system prefers. */
export const scheme = signal<Scheme>(chosen ?? (system.matches ? 'dark' : 'light'));

system.addEventListener('change', () => {
  if (!chosen) scheme.value = system.matches ? 'dark' : 'light';
});

effect(() => {
  document.documentElement.dataset.scheme = scheme.value;
});

/** Changes to the other of both and keeps that for later visits. */
export function toggleScheme(): void {
  chosen = scheme.value === 'light' ? 'dark' : 'light';
  scheme.value = chosen;
  remember(chosen);
}
