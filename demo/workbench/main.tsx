import '../shared/base.css';
import './workbench.css';
import { effect } from '@preact/signals';
import { render } from 'preact';
import { linkOf, stateOf } from '../takeaway/link.ts';
import { restore, sessions, state } from './store.ts';
import { Workbench } from './workbench.tsx';

restore(stateOf(location.hash));
addEventListener('hashchange', () => restore(stateOf(location.hash)));
// The address is always a link to what is seen, and until something is to where it leads.
effect(() => {
  if (sessions.value.length > 0) history.replaceState(null, '', linkOf(state.value));
});
render(<Workbench />, document.querySelector('#lab')!);
