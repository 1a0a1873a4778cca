import { scheme, toggleScheme } from './scheme.ts';
import { Trouble } from './trouble.tsx';

const PAGES = [
  ['index.html', 'Workbench'],
  ['lessons.html', 'Lessons'],
  ['bench.html', 'Benchmark'],
] as const;

/** The head of every page of the Lab. `page`: the file name of the one that is open. */
export function Masthead({ page, title }: { readonly page: string; readonly title: string }) {
  return (
    <>
      <header class="masthead">
        <h1>{title}</h1>
        <nav aria-label="Pages">
          {PAGES.map(([file, name]) => (
            <a key={file} href={`./${file}`} {...(file === page && { 'aria-current': 'page' as const })}>
              {name}
            </a>
          ))}
        </nav>
        <button type="button" onClick={toggleScheme}>
          {scheme.value === 'light' ? 'Dark' : 'Light'}
        </button>
      </header>
      <Trouble />
    </>
  );
}
