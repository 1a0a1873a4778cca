import type { ComponentType } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

/** One of the page's lessons. */
export interface LessonEntry {
  /** What `#…` in the address calls it. */
  readonly id: string;
  readonly title: string;
  /** Its code, which comes when the reader comes near. */
  readonly load: () => Promise<{ readonly default: ComponentType }>;
}

/** How far below the window a lesson is loaded: about one screen. */
const AHEAD = '900px';

/** The section of a lesson: the heading is there at once, the rest when the reader is about to see it. */
export function LazyLesson({ id, title, load, number }: LessonEntry & { readonly number: number }) {
  const section = useRef<HTMLElement>(null);
  const [Body, setBody] = useState<ComponentType>();
  const [failed, setFailed] = useState(false);
  const begin = useCallback(async () => {
    setFailed(false);
    try {
      const lesson = await load();
      setBody(() => lesson.default);
    } catch {
      setFailed(true);
    }
  }, [load]);
  useEffect(() => whenNear(section.current!, begin), [begin]);
  const heading = `${id}-title`;
  return (
    <section ref={section} id={id} class={Body ? 'lesson' : 'lesson waiting'} aria-labelledby={heading}>
      <h2 id={heading}>
        <span class="number">{number}</span> {title}
      </h2>
      {Body && <Body />}
      {failed && (
        <p role="alert">
          This lesson could not be loaded.{' '}
          <button type="button" onClick={begin}>
            Try again
          </button>
        </p>
      )}
    </section>
  );
}

/** Calls `begin` once, when the element comes near the window. Returns what takes that back. */
function whenNear(element: Element, begin: () => void): () => void {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      begin();
    },
    { rootMargin: AHEAD },
  );
  observer.observe(element);
  return () => observer.disconnect();
}
