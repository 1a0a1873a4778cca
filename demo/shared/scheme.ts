import { effect, signal } from '@preact/signals';
import type { Scheme } from './palette.ts';

const system = matchMedia('(prefers-color-scheme: dark)');
const KEY = 'emgpu-scheme';

function remembered(): Scheme | undefined {
  const found = localStorage.getItem(KEY);
  return found === 'light' || found === 'dark' ? found : undefined;
}

/** Light or dark: what the visitor chose, else what the system prefers. */
export const scheme = signal<Scheme>(remembered() ?? (system.matches ? 'dark' : 'light'));

system.addEventListener('change', () => {
  if (!remembered()) scheme.value = system.matches ? 'dark' : 'light';
});

effect(() => {
  document.documentElement.dataset.scheme = scheme.value;
});

export function toggleScheme(): void {
  scheme.value = scheme.value === 'light' ? 'dark' : 'light';
  localStorage.setItem(KEY, scheme.value);
}
