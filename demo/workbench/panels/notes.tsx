import type { Session } from '../session.ts';

/** Why things are not as one may expect: computed on the CPU though that was not asked for, or not to be stepped. */
export function Notes({ sessions }: { readonly sessions: readonly Session[] }) {
  const reasons = sessions.flatMap(({ choice, backend }) =>
    choice.backend !== 'cpu' && backend.backend === 'cpu' ? [placeOf(backend.reason)] : [],
  );
  const unsteppable = sessions.some((session) => session.fit.value && !session.canStep);
  const steps = unsteppable
    ? ['Of several starts only the best fit was kept. Reset gives one that can be stepped.']
    : [];
  return (
    <>
      {[...new Set(reasons), ...steps].map((text) => (
        <p key={text} class="soft note">
          {text}
        </p>
      ))}
    </>
  );
}

/** The engine's reason goes on with advice in its own terms; the page has a field for that. */
function placeOf(reason: string): string {
  const [why, advice] = reason.split('; ');
  return `Computed on the CPU: ${why}.${advice ? ' More, Compute on, “WebGPU, software too” takes it all the same.' : ''}`;
}
