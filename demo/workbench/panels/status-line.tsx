import { withMinus } from '../../shared/format.ts';
import type { Session } from '../session.ts';
import { clock, sessions, status, stop, table } from '../store.ts';
import { Notes } from './notes.tsx';
import { Warnings } from './warnings.tsx';

/** `converged after 7 iterations: log-likelihood −1,130.26` */
function outcome(session: Session): string {
  const { iteration, history, objective, fit } = session;
  const value = history.value.at(-1);
  const so = fit.value ? (fit.value.converged ? 'Converged' : 'Stopped') : 'At the start';
  const count = `${iteration.value} iteration${iteration.value === 1 ? '' : 's'}`;
  const head = fit.value || iteration.value > 0 ? `${fit.value ? `${so} after ` : 'After '}${count}` : so;
  if (value === undefined) return `${head}.`;
  return `${head}: ${objective} ${withMinus(value.toLocaleString('en', { maximumSignificantDigits: 9 }))}.`;
}

/** What is going on, what came of it, and what went wrong, in one place. */
export function StatusLine() {
  const { kind, text, fraction, retry } = status.value;
  // While models iterate, how far they are says more than that they do.
  const telling = kind === 'idle' || clock.running.value;
  const resting = sessions.value.length > 0 ? sessions.value.map(outcome).join('  ·  ') : `${table.value?.name ?? ''}`;
  return (
    <div class={`status ${kind}`}>
      <p class="numbers">{telling ? resting : text}</p>
      {/* Read aloud: how things ended and what went wrong, and not numbers that change many times a second. */}
      <span class="visually-hidden" role="status">
        {kind === 'idle' && !clock.running.value ? resting : ''}
      </span>
      <span class="visually-hidden" role="alert">
        {kind === 'error' ? text : ''}
      </span>
      {kind === 'busy' && !telling && (
        <div class="underway">
          <progress max={1} {...(fraction !== undefined && { value: fraction })} aria-label={text} />
          <button type="button" onClick={stop}>
            Stop
          </button>
        </div>
      )}
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
      {kind === 'idle' && <Warnings sessions={sessions.value} />}
      {kind === 'idle' && <Notes sessions={sessions.value} />}
    </div>
  );
}
