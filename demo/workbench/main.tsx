import '../shared/base.css';
import './workbench.css';
import { effect } from '@preact/signals';
import { render } from 'preact';
import { linkOf, stateOf } from '../takeaway/link.ts';
import { restore, sessions, state } from './store.ts';
import { Workbench } from './workbench.tsx';

/** Of rest before the address is written. */
const WRITE_AFTER_MS = 200;

restore(stateOf(location.hash));
addEventListener('hashchange', () => restore(stateOf(location.hash)));
// The address is always a link to what is seen, and until something is to where it leads.
let writing: ReturnType<typeof setTimeout> | undefined;
effect(() => {
  if (sessions.value.length === 0) return;
  const hash = linkOf(state.value);
  clearTimeout(writing);
  // Browsers take only some changes of the address per second, and a view that is dragged would make many.
  writing = setTimeout(() => history.replaceState(null, '', hash), WRITE_AFTER_MS);
});
render(<Workbench />, document.querySelector('#lab')!);
