import type { HostPoints } from 'emgpu';
import { useEffect, useRef, useState } from 'preact/hooks';
import { sentenceOf } from '../shared/sentence.ts';
import type { PixelMap } from './camera.ts';
import { PlaneIndex } from './nearest.ts';
import type { Camera, Plot, Projection } from './types.ts';

/** How far from the pointer a point is still meant, CSS pixels. */
const REACH = 12;

/** The point that is looked at, and ways to look at another. */
export interface Hover {
  readonly row: number | undefined;
  /** The point next to a place (CSS pixels of the view), if one is near; undefined: none. */
  look(at: { readonly x: number; readonly y: number } | undefined): void;
  /** The point nearest to the middle of what is seen. */
  lookAtMiddle(): void;
}

/** Finds points near the pointer. The index is made when it is first needed. */
export function useHover(
  points: HostPoints,
  projection: Projection,
  { camera, plot, map }: { readonly camera: Camera; readonly plot: Plot; readonly map: PixelMap },
  onError: (message: string) => void,
): Hover {
  const [row, setRow] = useState<number | undefined>();
  const index = useRef<{ of: Projection; made: Promise<PlaneIndex> } | undefined>(undefined);
  const latest = useRef(0);
  const find = async (u: number, v: number, reach: number) => {
    const asked = ++latest.current;
    if (index.current?.of !== projection) index.current = { of: projection, made: PlaneIndex.of(points, projection) };
    try {
      const found = await index.current.made;
      if (asked === latest.current) setRow(found.nearest(u, v, map.scale, reach));
    } catch (error) {
      index.current = undefined; // the next look tries again
      if (asked === latest.current) onError(sentenceOf(error));
    }
  };
  // A row of other points, or the same one elsewhere.
  useEffect(() => {
    latest.current++;
    setRow(undefined);
  }, [points, projection]);
  return {
    row,
    look: (at) => {
      const inside =
        at && at.x >= plot.left && at.y >= plot.top && at.x <= plot.left + plot.width && at.y <= plot.top + plot.height;
      if (inside) {
        void find(
          camera.x + (at.x - plot.left - plot.width / 2) / map.scale[0],
          camera.y + (at.y - plot.top - plot.height / 2) / map.scale[1],
          REACH,
        );
        return;
      }
      latest.current++;
      setRow(undefined);
    },
    lookAtMiddle: () => void find(camera.x, camera.y, Math.hypot(plot.width, plot.height) / 2),
  };
}
