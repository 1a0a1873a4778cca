import type { ComponentChildren } from 'preact';

interface Props {
  readonly primary?: boolean;
  /** There is nothing yet that it could act on. */
  readonly disabled: boolean;
  /** It has to wait for what is under way. */
  readonly waiting: boolean;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}

/** A button that keeps the keyboard's focus while it has to wait: disabled ones lose it. */
export function ControlButton({ primary = false, disabled, waiting, onClick, children }: Props) {
  return (
    <button
      type="button"
      {...(primary && { class: 'primary' })}
      disabled={disabled}
      aria-disabled={waiting}
      onClick={() => !waiting && onClick()}
    >
      {children}
    </button>
  );
}
