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

/** A chart by Observable Plot, which is loaded when the first one is shown. */
export function Chart({ options, inputs, label }: Props) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let gone = false;
    void import('@observablehq/plot').then((plot) => {
      if (gone || !place.current) return;
      const drawn = plot.plot({ ariaLabel: label, ...options(plot) });
      for (const svg of drawn.matches('svg') ? [drawn] : drawn.querySelectorAll('svg')) svg.setAttribute('role', 'img');
      // Groups have no role that a name would belong to.
      for (const group of drawn.querySelectorAll('g[aria-label]')) group.removeAttribute('aria-label');
      place.current.replaceChildren(drawn);
    });
    return () => {
      gone = true;
    };
  }, inputs);
  return <div ref={place} class="chart" />;
}
