import cliProgress from 'cli-progress';
import { widthOf } from './style.ts';

/** The stages of a command, as the bar names them. */
type Stage = 'read' | 'load' | 'seed' | 'warm-up' | 'fit' | 'label' | 'judge' | 'write';

/** A bar on the terminal; nothing at all where there is none. */
export interface ProgressBar {
  /** @param fraction 0…1 of the stage @param detail what else to show, most important first */
  update(stage: Stage, fraction: number, detail?: readonly string[]): void;
  /** Takes the bar off the screen. */
  stop(): void;
}

/** A bar on stderr if that is a terminal. It is wiped when the work ends: the results stand alone. */
export function createProgressBar(): ProgressBar {
  if (!process.stderr.isTTY) return { update: () => undefined, stop: () => undefined };
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    // main.ts decides what an interrupt does.
    gracefulExit: false,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    format: (options, params, payload) => barLine(options, params.progress, payload as Payload),
  });
  const showCursor = () => process.stderr.write('\x1b[?25h');
  process.once('exit', showCursor);
  bar.start(1, 0, { stage: 'read', detail: [] } satisfies Payload);
  return {
    update: (stage, fraction, detail = []) => bar.update(Math.min(1, fraction), { stage, detail } satisfies Payload),
    stop() {
      if (!bar.isActive) return;
      bar.stop();
      process.off('exit', showCursor);
    },
  };
}

interface Payload {
  readonly stage: Stage;
  readonly detail: readonly string[];
}

const WIDEST_BAR = 32;
const NARROWEST_BAR = 8;

/** Stage, bar, details; on a narrow terminal the bar shrinks first, then the last details go. */
function barLine(options: cliProgress.Options, progress: number, { stage, detail }: Payload): string {
  const name = stage.padEnd(5);
  // The last column stays free: some terminals wrap when it is written.
  const width = widthOf(process.stderr) - 1;
  const details = [...detail];
  const room = () => width - `${name}  ${details.join(' · ')}`.length;
  while (details.length > 0 && room() < NARROWEST_BAR) details.pop();
  const barsize = Math.max(0, Math.min(WIDEST_BAR, room()));
  const bar = cliProgress.Format.BarFormat(progress, { ...options, barsize });
  return `${name} ${bar} ${details.join(' · ')}`.slice(0, width);
}
