import type * as Plot from '@observablehq/plot';
import { useEffect, useRef } from 'preact/hooks';

type Options = (plot: typeof Plot) => Plot.PlotOptions;

interface Props {
  /** Made anew whenever one of `inputs` changes. */
  readonly options: Options;
  readonly inputs: readonly unknown[];
  /** What the chart shows, for those who cannot see it. */
  readonly label: string;
}

/** A chart by Observable Plot, which is loaded when the first one is shown. Where that fails, a sentence stands in its place. */
export function Chart({ options, inputs, label }: Props) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let gone = false;
    draw(options, label)
      .catch(() => 'The chart could not be drawn. Reload the page to try again.')
      .then((drawn) => !gone && place.current?.replaceChildren(drawn));
    return () => {
      gone = true;
    };
  }, inputs);
  return <div ref={place} class="chart" />;
}

async function draw(options: Options, label: string): Promise<Element> {
  const plot = await import('@observablehq/plot');
  const drawn = plot.plot({ ariaLabel: label, ...options(plot) });
  for (const svg of drawn.matches('svg') ? [drawn] : drawn.querySelectorAll('svg')) svg.setAttribute('role', 'img');
  // Groups have no role that a name would belong to.
  for (const group of drawn.querySelectorAll('g[aria-label]')) group.removeAttribute('aria-label');
  return drawn;
}
