import './shared/base.css';
import './bench.css';
import * as emgpu from 'emgpu';
import { h, render } from 'preact';
import type { Surroundings } from '../bench/place.ts';
import { KINDS } from '../bench/problem.ts';
import { EXPLANATIONS, facts, headings, rowCells, skippedLines } from '../bench/report/table.ts';
import type { Report, Row } from '../bench/row.ts';
import { type Found, type Listener, measureRows, openSession } from '../bench/run.ts';
import type { Suite } from '../bench/suites.ts';
import { version } from '../package.json';
import { Masthead } from './shared/masthead.tsx';

/** Largest amount of points, in bytes: tabs get less than machines have. */
const MOST_BYTES = 2 ** 30;

const find = <E extends Element>(selector: string) => document.querySelector<E>(selector)!;
const say = (selector: string, text: string) => find(selector).replaceChildren(text);

render(h(Masthead, { page: 'bench.html', title: 'emgpu Benchmark' }), find('#masthead'));

const form = find<HTMLFormElement>('form');
const button = find<HTMLButtonElement>('button[type=submit]');
const stop = find<HTMLButtonElement>('#stop');

// A link may say what to run: ?suite=quick&seconds=60&backend=cpu
for (const [name, value] of new URLSearchParams(location.search)) {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = value;
}

form.onsubmit = (event) => {
  event.preventDefault();
  void run(new FormData(form));
};

const surroundings = (): Surroundings => ({
  emgpu,
  version: `emgpu ${version}`,
  gpu: navigator.gpu,
  runtime: navigator.userAgent,
  processor: `${navigator.hardwareConcurrency} threads`,
  mostBytes: MOST_BYTES,
});

/** Where the numbers of the last run can be downloaded. */
let numbers: string | undefined;

const listener: Pick<Listener, 'begin' | 'doing' | 'row'> = {
  begin: (head) => {
    const entries = facts(head).flatMap(([name, text]) => [element('dt', name), element('dd', text)]);
    find('dl').replaceChildren(...entries);
    addHead();
  },
  doing: (what) => say('#status', what),
  row: (row: Row) => addRow(rowCells(row)),
};

function element(name: string, text: string): Element {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function addHead(): void {
  const row = find<HTMLTableElement>('table').createTHead().insertRow();
  for (const text of headings) row.append(Object.assign(element('th', text), { scope: 'col' }));
}

/** What the columns say, for those who ask. */
function explain(): void {
  const lines = EXPLANATIONS.map(([heads, text]) => {
    const line = element('li', `: ${text}.`);
    line.prepend(element('strong', heads.join(', ')));
    return line;
  });
  find('#legend ul').replaceChildren(...lines);
  find<HTMLElement>('#legend').hidden = false;
}

/** A row that has a reason in place of numbers is shorter: the reason takes the rest. */
function addRow(cells: readonly string[]): void {
  const table = find<HTMLTableElement>('table');
  const row = (table.tBodies[0] ?? table.createTBody()).insertRow();
  for (const text of cells) row.insertCell().textContent = text;
  row.lastElementChild!.setAttribute('colspan', `${headings.length - cells.length + 1}`);
}

async function run(fields: FormData): Promise<void> {
  button.disabled = true;
  say('table', '');
  offer(undefined);
  try {
    const report = await measure(fields);
    offer(report);
    explain();
    say('#status', [`Done in ${report.seconds.toFixed(0)} s.`, ...skippedLines(report.skipped)].join('\n'));
  } catch (error) {
    say('#status', (error as Error).message);
  } finally {
    button.disabled = false;
    stop.disabled = true;
  }
}

/** A link to all numbers of a report, in place of the last one. */
function offer(report: Report | undefined): void {
  if (numbers) URL.revokeObjectURL(numbers);
  numbers = report && URL.createObjectURL(new Blob([JSON.stringify(report, null, 1)], { type: 'application/json' }));
  find('#download').replaceChildren();
  if (!numbers) return;
  const link = element('a', 'Download all numbers (JSON)') as HTMLAnchorElement;
  link.download = 'emgpu-bench.json';
  link.href = numbers;
  find('#download').append(link);
}

async function measure(fields: FormData): Promise<Report> {
  const suite = fields.get('suite') as Suite;
  const backend = (fields.get('backend') || undefined) as 'webgpu' | 'cpu' | undefined;
  const command = `${location.href} suite ${suite}`;
  const session = await openSession(
    surroundings(),
    { backend, seconds: Number(fields.get('seconds')), command },
    listener,
  );
  stop.disabled = false;
  stop.onclick = () => {
    stop.disabled = true;
    session.budget.stop();
    say('#status', 'Stops after this row.');
  };
  const found: Found = { rows: [], skipped: [] };
  await measureRows(session, { suite, kinds: KINDS }, listener, found);
  session.end();
  return { ...session.head, ...found, seconds: session.budget.elapsed };
}
