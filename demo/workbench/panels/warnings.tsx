import type { Session } from '../session.ts';

/** More would push the picture off the screen. */
const MOST = 3;

/** What is doubtful about the fits. The engine's own words name options of programs where a fit was stopped. */
export function Warnings({ sessions }: { readonly sessions: readonly Session[] }) {
  const found = sessions
    .flatMap(({ fit }) => fit.value?.warnings ?? [])
    .map(({ code, message, iteration }) =>
      code === 'not-converged'
        ? `Not converged after ${iteration} iterations. A larger tolerance ends a fit sooner.`
        : message,
    );
  const messages = [...new Set(found)];
  const hidden = messages.length - MOST;
  return (
    <>
      {messages.slice(0, MOST).map((message) => (
        <p key={message} class="soft note">
          {message}
        </p>
      ))}
      {hidden > 0 && (
        <p class="soft note">
          And {hidden} more {hidden === 1 ? 'warning' : 'warnings'} of this kind. Fewer components may suit the points
          better.
        </p>
      )}
    </>
  );
}
