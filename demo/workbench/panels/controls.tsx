import { SPEEDS } from '../clock.ts';
import { clock, expectation, maximization, pause, reset, run, sessions, status } from '../store.ts';

/** Run, Pause, E-step, M-step, Reset and speed, for all models at once. */
export function Controls() {
  const ready = sessions.value.length > 0;
  const running = clock.running.value || (ready && status.value.kind === 'busy');
  const canStep =
    ready && !running && sessions.value.some((session) => session.fit.value === undefined || session.canStep);
  const speed = SPEEDS[clock.speed.value]!;
  return (
    <fieldset class="controls">
      <legend class="visually-hidden">Controls</legend>
      <button type="button" class="primary" disabled={!ready || running} onClick={() => void run()}>
        Run
      </button>
      <button type="button" disabled={!clock.running.value} onClick={pause}>
        Pause
      </button>
      <button type="button" disabled={!canStep} onClick={() => void expectation()}>
        E-step
      </button>
      <button type="button" disabled={!canStep} onClick={() => void maximization()}>
        M-step
      </button>
      <button type="button" disabled={!ready} onClick={reset}>
        Reset
      </button>
      <label class="speed">
        Speed
        <input
          type="range"
          {...{ name: 'speed', min: 0, max: SPEEDS.length - 1, step: 1, value: clock.speed.value }}
          aria-valuetext={speed === Infinity ? 'full speed' : `${speed} iterations per second`}
          onInput={(event) => {
            clock.speed.value = event.currentTarget.valueAsNumber;
          }}
        />
        <output class="soft numbers">{speed === Infinity ? 'full' : `${speed} per second`}</output>
      </label>
    </fieldset>
  );
}
