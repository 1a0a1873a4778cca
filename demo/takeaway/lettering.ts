const SVG = 'http://www.w3.org/2000/svg';

/** Where something is, CSS pixels from the upper left corner of the picture. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function svgElement(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, `${value}`);
  return element;
}

/** Text of the page as SVG in its box, which cuts it off as on the page. Upright text reads from below. */
export function lettering(element: HTMLElement, { x, y, width, height }: Box): SVGElement {
  const { color, fontFamily, fontSize, fontWeight, writingMode } = getComputedStyle(element);
  const window = svgElement('svg', { x, y, width, height });
  const turned = writingMode === 'horizontal-tb' ? '' : ' rotate(-90)';
  const text = svgElement('text', {
    ...{ transform: `translate(${width / 2} ${height / 2})${turned}`, fill: color },
    ...{ 'text-anchor': 'middle', 'dominant-baseline': 'central' },
    ...{ 'font-family': fontFamily, 'font-size': fontSize, 'font-weight': fontWeight },
  });
  text.textContent = element.textContent;
  window.append(text);
  return window;
}

/** The border of an element around a box within it; nothing where it has none. */
export function border(element: Element, { x, y, width, height }: Box): SVGElement[] {
  const { borderTopWidth, borderTopColor } = getComputedStyle(element);
  const line = Number.parseFloat(borderTopWidth);
  if (!(line > 0)) return [];
  const around = { x: x - line / 2, y: y - line / 2, width: width + line, height: height + line };
  return [svgElement('rect', { ...around, fill: 'none', stroke: borderTopColor, 'stroke-width': line })];
}
