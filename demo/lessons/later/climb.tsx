import { scaleLinear } from 'd3-scale';
import { Curve, Dots, Plane } from '../kit/index.ts';
import { Level } from './marks.tsx';

const HEIGHT = 150;
/** Rounds that are there from the start, so that the first few do not fill the width. */
const ROOM = 10;

/** The log-likelihood against rounds, as far as E-steps have told. */
export function Climb({ history }: { readonly history: readonly number[] }) {
  if (history.length < 2) {
    return (
      <div class="climb-waits" style={{ height: HEIGHT }}>
        Here the log-likelihood climbs, round by round.
      </div>
    );
  }
  const rounds = history.map((value, round) => [round, value]);
  // The first gain is so large that beside it no other would be seen.
  const shown = history.length > 3 ? rounds.slice(1) : rounds;
  const [low, high] = [Math.min(...shown.map(([, value]) => value!)), Math.max(...history)];
  const room = 0.1 * (high - low) + 1e-6;
  const y = [low - room, high + room] as const;
  const levels = scaleLinear([...y], [0, 1]).ticks(3);
  const label = `Log-likelihood over ${history.length - 1} rounds, now ${history.at(-1)!.toFixed(1)}`;
  return (
    <Plane x={[0, Math.max(ROOM, history.length - 1)]} y={y} height={HEIGHT} yTicks={false} label={label}>
      {levels.map((height) => (
        <Level key={height} height={height} />
      ))}
      <Curve points={shown} color="var(--accent)" />
      <Dots points={shown.slice(-1)} color={() => 'var(--accent)'} opacity={1} />
    </Plane>
  );
}
