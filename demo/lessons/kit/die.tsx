import { Handle } from './handle.tsx';
import { Plane, usePlane } from './plane.tsx';

interface Props {
  /** `[K]`, summing to 1. */
  readonly weights: readonly number[];
  readonly colors: readonly string[];
  readonly names: readonly string[];
  readonly onChange: (weights: number[]) => void;
}

/** No side of the die is thinner. */
const THINNEST = 0.02;
const HEIGHT = 84;

/** A loaded die with K sides, laid out as a bar of length 1 that is cut into parts; the cuts can be moved. */
export function Die({ weights, colors, names, onChange }: Props) {
  const ends = weights.map((_, k) => weights.slice(0, k + 1).reduce((a, b) => a + b, 0));
  const cut = (k: number, x: number) => {
    const from = k === 0 ? 0 : ends[k - 1]!;
    const to = Math.min(ends[k + 1]! - THINNEST, Math.max(from + THINNEST, x));
    onChange(weights.map((weight, j) => (j === k ? to - from : j === k + 1 ? ends[k + 1]! - to : weight)));
  };
  return (
    <Plane x={[0, 1]} y={[0, 1]} height={HEIGHT} yTicks={false} label="The die: the longer a part, the likelier">
      <Sides ends={ends} colors={colors} />
      {ends.slice(0, -1).map((end, k) => (
        <Handle
          {...{
            key: names[k]!,
            name: `cut between ${names[k]} and ${names[k + 1]}`,
            at: [end, 0.5],
            axis: 'x',
            step: 0.01,
          }}
          color="var(--text)"
          onMove={([x]) => cut(k, x)}
        />
      ))}
    </Plane>
  );
}

function Sides({ ends, colors }: { readonly ends: readonly number[]; readonly colors: readonly string[] }) {
  const plane = usePlane();
  return (
    <>
      {ends.map((end, k) => {
        const left = plane.x(k === 0 ? 0 : ends[k - 1]!);
        const style = { fill: `color-mix(in oklab, ${colors[k]} 80%, var(--back))` };
        return (
          <rect
            {...{ key: colors[k]!, x: left, width: plane.x(end) - left, y: plane.y(0.8), style }}
            height={plane.y(0.2) - plane.y(0.8)}
          />
        );
      })}
    </>
  );
}
