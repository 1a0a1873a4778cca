import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface SelectProps<Value extends string> {
  readonly label: string;
  readonly name: string;
  readonly value: Value;
  readonly options: readonly (readonly [value: Value, title: string])[];
  readonly onChange: (value: Value) => void;
}

/** A labelled choice of one among some. */
export function Select<Value extends string>({ label, name, value, options, onChange }: SelectProps<Value>) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} name={name} value={value} onChange={(event) => onChange(event.currentTarget.value as Value)}>
        {options.map(([option, title]) => (
          <option key={option} value={option}>
            {title}
          </option>
        ))}
      </select>
    </div>
  );
}

interface NumberProps {
  readonly label: string;
  readonly name: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** Whole numbers by default; `any` for all. */
  readonly step?: number | 'any';
  readonly onChange: (value: number) => void;
}

/** A labelled number. What is no number, or out of range, goes back to what it was. */
export function NumberField({ label, name, value, min, max, step = 1, onChange }: NumberProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...{ id, name, type: 'number', min, max, step, value }}
        onChange={({ currentTarget }) => {
          if (currentTarget.value !== '' && currentTarget.validity.valid) onChange(currentTarget.valueAsNumber);
          else currentTarget.value = `${value}`;
        }}
      />
    </div>
  );
}

interface CheckProps {
  readonly name: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
  readonly children: ComponentChildren;
}

/** A tick box with its words beside it. */
export function Check({ name, checked, onChange, disabled = false, children }: CheckProps) {
  return (
    <label class="check">
      <input
        {...{ type: 'checkbox', name, checked, disabled }}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>{children}</span>
    </label>
  );
}
