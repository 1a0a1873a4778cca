import { sentenceOf } from '../shared/sentence.ts';
import type { Frame, Painter } from './types.ts';

/** What became of a picture. */
interface Outcome {
  /** A picture is on the canvas. */
  readonly onDrawn: () => void;
  readonly onError: (message: string) => void;
}

/**
 * Draws when asked, at most once per animation frame and one picture at a time: what is asked for meanwhile becomes one picture, the latest,
 * so that pictures never pile up and each that was begun is finished.
 */
export class Pacer {
  readonly #painter: Painter;
  readonly #frame: () => Frame | undefined;
  readonly #outcome: Outcome;
  /** Those who wait for a picture that is not begun. */
  #waiting: (() => void)[] = [];
  #running = false;
  #ended = false;

  /** `frame`: what to draw, asked for when it comes to that; undefined where there is nothing to draw on. */
  constructor(painter: Painter, frame: () => Frame | undefined, outcome: Outcome) {
    this.#painter = painter;
    this.#frame = frame;
    this.#outcome = outcome;
  }

  /** Of the pictures from now on; see {@link Painter.setColors}. */
  setColors(colors: GPUBuffer | Uint32Array | undefined): void {
    this.#painter.setColors(colors);
  }

  /** Asks for a picture of how things are in the next frame; resolves when it is on the canvas, or cannot be. */
  request(): Promise<void> {
    const shown = new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (!this.#running) void this.#run();
    return shown;
  }

  /** No more pictures; the painter is destroyed. */
  end(): void {
    this.#ended = true;
    this.#painter.destroy();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      await new Promise(requestAnimationFrame);
      const served = this.#waiting;
      this.#waiting = [];
      const frame = this.#ended ? undefined : this.#frame();
      if (frame) await this.#draw(frame);
      for (const resolve of served) resolve();
    }
    this.#running = false;
  }

  async #draw(frame: Frame): Promise<void> {
    try {
      if (await this.#painter.draw(frame)) this.#outcome.onDrawn();
    } catch (error) {
      if (!this.#ended) this.#outcome.onError(sentenceOf(error));
    }
  }
}
