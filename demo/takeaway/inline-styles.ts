/** What a drawing takes from style sheets: with these on the elements themselves it looks the same without them. */
const PROPERTIES = [
  ...['fill', 'fill-opacity', 'fill-rule', 'stroke', 'stroke-width', 'stroke-opacity', 'stroke-dasharray'],
  ...['stroke-dashoffset', 'stroke-linecap', 'stroke-linejoin', 'paint-order', 'vector-effect', 'opacity'],
  ...['stop-color', 'stop-opacity', 'mix-blend-mode', 'visibility'],
];

/** The same of text alone. */
const TEXT_PROPERTIES = [
  ...['font-family', 'font-size', 'font-style', 'font-weight', 'font-variant-numeric', 'letter-spacing'],
  ...['text-anchor', 'dominant-baseline'],
];

/**
 * A copy of an SVG that stands alone: every element has the computed values of its properties, so that neither classes nor CSS variables
 * nor the scheme matter any more. Elements that are not displayed are left out.
 */
export function standalone(svg: SVGSVGElement): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  inline(svg, copy);
  return copy;
}

function inline(source: Element, copy: Element): void {
  const style = getComputedStyle(source);
  if (style.display === 'none') {
    copy.remove();
    return;
  }
  const isText = source.localName === 'text' || source.localName === 'tspan';
  const names = isText ? [...PROPERTIES, ...TEXT_PROPERTIES] : PROPERTIES;
  copy.removeAttribute('class');
  const own = (copy as SVGElement).style;
  for (const name of names) own.setProperty(name, style.getPropertyValue(name));
  // Removing one must not move the others: both lists as they were.
  const copies = [...copy.children];
  for (const [i, child] of [...source.children].entries()) inline(child, copies[i]!);
}
