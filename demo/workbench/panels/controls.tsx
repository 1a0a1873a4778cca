import { SPEEDS } from '../clock.ts';
import { clock, expectation, maximization, pause, preparation, reset, run, sessions, status } from '../store.ts';
import { ControlButton } from './control-button.tsx';

/** Run, Pause, E-step, M-step, Reset and speed, for all models at once. */
export function Controls() {
  const ready = sessions.value.length > 0;
  const busy = clock.running.value || status.value.kind === 'busy';
  // Of several starts only the best fit was kept; Reset gives one start to step again.
  const canStep = sessions.value.some((session) => session.fit.value === undefined || session.canStep);
  const speed = SPEEDS[clock.speed.value]!;
  return (
    <fieldset class="controls">
      <legend class="visually-hidden">Controls</legend>
      <ControlButton primary disabled={!ready} waiting={busy} onClick={() => void run()}>
        Run
      </ControlButton>
      <ControlButton disabled={!ready} waiting={!clock.running.value} onClick={pause}>
        Pause
      </ControlButton>
      <ControlButton disabled={!canStep} waiting={busy} onClick={() => void expectation()}>
        E-step
      </ControlButton>
      <ControlButton disabled={!canStep} waiting={busy} onClick={() => void maximization()}>
        M-step
      </ControlButton>
      <ControlButton disabled={!preparation.value} waiting={false} onClick={reset}>
        Reset
      </ControlButton>
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
