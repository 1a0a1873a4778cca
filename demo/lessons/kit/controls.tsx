import { useId } from 'preact/hooks';
import { fixed } from '../../shared/format.ts';

interface SliderProps {
  /** What it sets; shown as its label. */
  readonly name: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onInput: (value: number) => void;
  /** The value as text; default with two digits behind the point. */
  readonly format?: (value: number) => string;
}

/** A labelled slider with its value beside it. */
export function Slider({ name, value, min, max, step, onInput, format = (v) => fixed(v, 2) }: SliderProps) {
  const id = useId();
  return (
    <div class="slider">
      <label for={id}>{name}</label>
      <input
        type="range"
        {...{ id, min, max, step, value }}
        aria-valuetext={format(value)}
        data-slider={name}
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
      />
      <output for={id} class="numbers" aria-live="off">
        {format(value)}
      </output>
    </div>
  );
}

interface BarsProps {
  /** Each in 0 … 1. */
  readonly values: readonly number[];
  /** CSS colours; default the accent. */
  readonly colors?: readonly string[];
  /** In front of each bar. */
  readonly labels?: readonly string[];
  /** What the bars tell; bar i is read as `name-i`. */
  readonly name: string;
}

/** Shares as horizontal bars with their numbers. */
export function Bars({ values, colors = [], labels = [], name }: BarsProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls.
    <div class="bars" role="group" aria-label={name}>
      {values.map((value, i) => (
        <div key={i} class="bar">
          <span>{labels[i]}</span>
          <span class="track">
            <span class="fill" style={{ width: `${100 * value}%`, background: colors[i] ?? 'var(--accent)' }} />
          </span>
          <output class="numbers" aria-live="off" data-read={`${name}-${i}`} data-value={String(value)}>
            {fixed(value, 3)}
          </output>
        </div>
      ))}
    </div>
  );
}

interface ReadingProps {
  /** What tests call the number. */
  readonly name: string;
  /** In front of the number; empty where the text says what it is. */
  readonly label: string;
  /** Absent until it is known. */
  readonly value: number | undefined;
  /** Behind the point; default 3. */
  readonly digits?: number;
}

/** A number in the text, of which the page keeps all digits. */
export function Reading({ name, label, value, digits = 3 }: ReadingProps) {
  return (
    <span class="reading">
      {label && `${label} `}
      <output
        class="numbers"
        aria-live="off"
        data-read={name}
        {...(value !== undefined && { 'data-value': String(value) })}
      >
        {value === undefined ? '…' : fixed(value, digits)}
      </output>
    </span>
  );
}
