import { signal } from '@preact/signals';

/** The last sentence about something that was taken away or computed beside the fit. */
export const said = signal('');

/** Says it to the visitor. */
export function say(message: string): void {
  said.value = message;
}
