import type { Step } from './dance.ts';

interface Props {
  /** Whose turn it is: that button stands out. */
  readonly next: Step;
  readonly running: boolean;
  /** A step is under way. */
  readonly busy?: boolean;
  readonly onStep: (step: Step) => void;
  readonly onRun: () => void;
  readonly onPause: () => void;
  readonly onReset: () => void;
}

/** What steps EM by hand or lets it run. */
export function StepButtons({ next, running, busy = false, onStep, onRun, onPause, onReset }: Props) {
  return (
    <div class="buttons" aria-busy={busy}>
      {(['E-step', 'M-step'] as const).map((step) => (
        <button key={step} type="button" class={step === next ? 'primary' : ''} onClick={() => onStep(step)}>
          {step}
        </button>
      ))}
      <button type="button" onClick={running ? onPause : onRun}>
        {running ? 'Pause' : 'Run'}
      </button>
      <button type="button" onClick={onReset}>
        Reset
      </button>
    </div>
  );
}
