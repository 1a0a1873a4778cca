import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

interface Props {
  /** What the button does: `Copy link`. */
  readonly title: string;
  /** What of it is to be read on the button. */
  readonly children: ComponentChildren;
  readonly text: () => string;
  readonly say: (message: string) => void;
}

/**
 * A button that copies text. Browsers allow it on safe pages only (https, or this machine); elsewhere the text appears in a field, to be copied
 * by hand.
 */
export function CopyButton({ title, children, text, say }: Props) {
  const shown = useSignal<string | undefined>(undefined);
  const copy = async () => {
    const copied = text();
    try {
      await navigator.clipboard.writeText(copied);
      shown.value = undefined;
      say(`${title}: done.`);
    } catch {
      shown.value = copied;
      say('This page may not copy. Copy the text in the field.');
    }
  };
  return (
    <>
      <button type="button" aria-label={title} onClick={copy}>
        {children}
      </button>
      {shown.value !== undefined && (
        <textarea
          readOnly
          rows={2}
          aria-label={`Text of ${title}`}
          value={shown}
          onFocus={(e) => e.currentTarget.select()}
        />
      )}
    </>
  );
}
