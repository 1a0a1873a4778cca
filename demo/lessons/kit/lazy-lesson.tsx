import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

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
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        void load().then((lesson) => setBody(() => lesson.default));
      },
      { rootMargin: AHEAD },
    );
    observer.observe(section.current!);
    return () => observer.disconnect();
  }, [load]);
  const heading = `${id}-title`;
  return (
    <section ref={section} id={id} class={Body ? 'lesson' : 'lesson waiting'} aria-labelledby={heading}>
      <h2 id={heading}>
        <span class="number">{number}</span> {title}
      </h2>
      {Body && <Body />}
    </section>
  );
}
