import { useEffect, useState } from 'preact/hooks';

/** TeX as MathML and HTML. KaTeX is loaded when the first formula is shown; until then the source stands there. */
export function Formula({ tex, block = false }: { readonly tex: string; readonly block?: boolean }) {
  const [html, setHtml] = useState<string>();
  useEffect(() => {
    let gone = false;
    void Promise.all([import('katex'), import('katex/dist/katex.min.css')]).then(([{ default: katex }]) => {
      if (!gone) setHtml(katex.renderToString(tex, { displayMode: block, throwOnError: true }));
    });
    return () => {
      gone = true;
    };
  }, [tex, block]);
  if (html === undefined) return <code>{tex}</code>;
  // Safe: KaTeX escapes what it is given, and the formulas are ours.
  return <span dangerouslySetInnerHTML={{ __html: html }} />;
}
