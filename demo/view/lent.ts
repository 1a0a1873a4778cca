import type { Ref, RefObject } from 'preact';
import { useImperativeHandle } from 'preact/hooks';

/** What a view lends to those who make pictures of it. */
export interface ViewHandle {
  readonly canvas: HTMLCanvasElement;
  readonly overlay: SVGSVGElement;
  /** Resolves when the picture is up to date; right then the canvas can be copied from. */
  redraw(): Promise<void>;
}

/** What a pair plot lends. */
export interface PairsHandle {
  readonly frame: HTMLElement;
  readonly panes: readonly ViewHandle[];
  /** Of the columns, beside the panes. */
  readonly names: readonly HTMLElement[];
}

interface Parts {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly overlay: RefObject<SVGSVGElement | null>;
  readonly redraw: () => Promise<void>;
}

/** Keeps what is lent where the owner of the view looks for it. */
export function useLent(handle: Ref<ViewHandle | PairsHandle> | undefined, { canvas, overlay, redraw }: Parts): void {
  useImperativeHandle(
    handle ?? null,
    () => ({
      get canvas() {
        return canvas.current!;
      },
      get overlay() {
        return overlay.current!;
      },
      redraw,
    }),
    [redraw],
  );
}
