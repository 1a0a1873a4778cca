import { useEffect, useState } from 'preact/hooks';
import { tellTrouble } from './trouble.tsx';

/** TeX as HTML and MathML; KaTeX is loaded when the first formula is shown. */
async function typeset(tex: string, displayMode: boolean): Promise<string> {
  const [{ default: katex }] = await Promise.all([import('katex'), import('katex/dist/katex.min.css')]);
  return katex.renderToString(tex, { displayMode, throwOnError: true });
}

/** A formula. Until KaTeX is there, or where it cannot be had, the source stands in its place. */
export function Formula({ tex, block = false }: { readonly tex: string; readonly block?: boolean }) {
  const [html, setHtml] = useState<string>();
  useEffect(() => {
    let gone = false;
    typeset(tex, block)
      .then((made) => !gone && setHtml(made))
      .catch(() => tellTrouble('The formulas could not be loaded. Reload the page to try again.'));
    return () => {
      gone = true;
    };
  }, [tex, block]);
  if (html === undefined) return <code>{tex}</code>;
  // Safe: KaTeX escapes what it is given, and the formulas are ours.
  return <span dangerouslySetInnerHTML={{ __html: html }} />;
}
