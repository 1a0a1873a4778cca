import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { loadFile } from './store.ts';

/** Takes a file that is dropped anywhere on the page. */
export function DropZone({ children }: { readonly children: ComponentChildren }) {
  const [over, setOver] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the file button does the same for those without a pointer.
    <div
      class={over ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (event.relatedTarget === null) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const file = event.dataTransfer?.files[0];
        if (file) void loadFile(file);
      }}
    >
      {children}
    </div>
  );
}
