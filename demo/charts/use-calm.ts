import { useEffect, useRef, useState } from 'preact/hooks';

/** Redraws per second, at most: more cannot be read, and fits go on meanwhile. */
const MOST_PER_SECOND = 10;

/** The value, but following it no faster than {@link MOST_PER_SECOND}; the latest one always comes through in the end. */
export function useCalm<T>(value: T): T {
  const [shown, setShown] = useState(value);
  const latest = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  latest.current = value;
  useEffect(() => {
    if (Object.is(value, shown) || timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      setShown(latest.current);
    }, 1000 / MOST_PER_SECOND);
  }, [value, shown]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return shown;
}
