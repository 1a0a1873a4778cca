import { parseHTML } from 'linkedom';

/** A document to build in: Plot draws into it, and text put into it is escaped when it is written out. */
export function createDocument(): Document {
  return parseHTML('<!doctype html><html lang="en"><head></head><body></body></html>').document;
}

type Child = Node | string;

/** Makes elements of a document. Strings become text, never markup. */
export type ElementMaker = (name: string, attributes?: Record<string, string>, ...children: Child[]) => Element;

export function elementsOf(document: Document): ElementMaker {
  return (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    for (const child of children) element.append(child);
    return element;
  };
}

/** A table. @param isMarked which rows stand out */
export function table(
  el: ElementMaker,
  header: readonly string[],
  rows: readonly (readonly Child[])[],
  isMarked: (row: number) => boolean = () => false,
): Element {
  const line = (cells: readonly Child[], at: number) =>
    el('tr', isMarked(at) ? { class: 'marked' } : {}, ...cells.map((cell) => el('td', {}, cell)));
  return el(
    'table',
    {},
    el('thead', {}, el('tr', {}, ...header.map((name) => el('th', { scope: 'col' }, name)))),
    el('tbody', {}, ...rows.map(line)),
  );
}

/** The whole document as text. Centres of dots are rounded to a tenth of a unit: they make up most of the file. */
export function serialize(document: Document): string {
  return document.toString().replace(/(?<=\sc[xy]="-?\d+\.\d)\d+(?=")/g, '');
}
