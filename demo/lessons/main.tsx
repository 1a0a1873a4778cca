import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { Masthead } from '../shared/masthead.tsx';
import { LazyLesson } from './kit/lazy-lesson.tsx';
import { LESSONS } from './list.ts';

function Page() {
  useEffect(goToHash, []);
  return (
    <>
      <Masthead page="lessons.html" title="emgpu Lab" />
      <main class="lessons">
        <header class="opening">
          <h2>How EM finds clusters</h2>
          <p>
            Ten short simulations of expectation–maximization, or EM: a way to find groups in data when nobody has
            labelled them. Drag the large dots, or move them with the arrow keys. The engine computes every number on
            this page, here, as you drag.
          </p>
          <nav aria-label="Lessons">
            <ol>
              {LESSONS.map(({ id, title }) => (
                <li key={id}>
                  <a href={`#${id}`}>{title}</a>
                </li>
              ))}
            </ol>
          </nav>
        </header>
        {LESSONS.map((lesson, i) => (
          <LazyLesson key={lesson.id} number={i + 1} {...lesson} />
        ))}
        <footer class="soft">
          <p>
            Next: take these ideas to your own points in the <a href="./index.html">workbench</a>.
          </p>
        </footer>
      </main>
    </>
  );
}

/** The sections were not there yet when the browser looked for the one that the address names. */
function goToHash(): void {
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

render(<Page />, document.getElementById('page')!);
