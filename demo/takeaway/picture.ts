import { standalone } from './inline-styles.ts';
import { type Box, border, lettering } from './lettering.ts';

/** What is on the screen: points on a canvas, and over it axes, ellipses and means as SVG. */
export interface Picture {
  readonly canvas: HTMLCanvasElement;
  readonly overlay: SVGSVGElement;
  /**
   * Resolves when the canvas is up to date and can be copied from right then: what WebGPU draws is gone again once the frame is over. Leave it
   * out where the canvas keeps its picture.
   */
  redraw?(): Promise<void>;
}

/** Several in one frame, as in a pair plot. */
export interface Pictures {
  readonly frame: HTMLElement;
  readonly panes: readonly Picture[];
  /** Text beside the panes. */
  readonly names: readonly HTMLElement[];
}

/** A picture taken apart, in CSS pixels. */
interface Sheet {
  readonly width: number;
  readonly height: number;
  /** Colour behind the points. */
  readonly back: string;
  /** Copies of the canvases, at their resolution. */
  readonly points: readonly { readonly copy: HTMLCanvasElement; readonly box: Box }[];
  /** What lies over the points: SVG without the element around it. */
  readonly drawing: string;
}

/** The view as PNG, `scale` pixels per CSS pixel. Points have the resolution of the canvas, all else that of the picture. */
export async function pngOf(picture: Picture | Pictures, scale: number): Promise<Blob> {
  const sheet = await sheetOf(picture);
  const canvas = canvasOf(sheet.width * scale, sheet.height * scale);
  const context = canvas.getContext('2d')!;
  context.fillStyle = sheet.back;
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const { copy, box } of sheet.points) {
    context.drawImage(copy, box.x * scale, box.y * scale, box.width * scale, box.height * scale);
  }
  context.drawImage(await imageOf(svgText(sheet, sheet.drawing)), 0, 0, canvas.width, canvas.height);
  return blobOf(canvas);
}

/** The view as SVG: points as a picture inside, at the resolution of the canvas, axes and ellipses as lines. */
export async function svgOf(picture: Picture | Pictures): Promise<Blob> {
  const sheet = await sheetOf(picture);
  const { width, height, back } = sheet;
  const parts = [`<rect width="${width}" height="${height}" fill="${back}"/>`];
  for (const { copy, box } of sheet.points) {
    const place = `x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}"`;
    parts.push(`<image ${place} preserveAspectRatio="none" href="${await addressOf(await blobOf(copy))}"/>`);
  }
  return new Blob([svgText(sheet, [...parts, sheet.drawing].join('\n'))], { type: 'image/svg+xml' });
}

async function sheetOf(picture: Picture | Pictures): Promise<Sheet> {
  const { frame, panes, names } = 'panes' in picture ? picture : { frame: picture.canvas, panes: [picture], names: [] };
  const points: Sheet['points'][number][] = [];
  // One after the other: each must be copied as soon as it is drawn.
  for (const pane of panes) {
    await pane.redraw?.();
    const { canvas } = pane;
    const copy = canvasOf(canvas.width, canvas.height);
    copy.getContext('2d')!.drawImage(canvas, 0, 0);
    points.push({ copy, box: boxIn(frame, canvas) });
  }
  const drawn = [
    ...panes.flatMap(({ canvas, overlay }) => [
      overlayOf(overlay, boxIn(frame, overlay)),
      ...border(canvas.parentElement!, boxIn(frame, canvas)),
    ]),
    ...names.map((name) => lettering(name, boxIn(frame, name))),
  ];
  const { width, height } = frame.getBoundingClientRect();
  const writer = new XMLSerializer();
  const drawing = drawn.map((element) => writer.serializeToString(element)).join('\n');
  return { width, height, back: backOf(frame), points, drawing };
}

function boxIn(frame: Element, element: Element): Box {
  const from = frame.getBoundingClientRect();
  const { x, y, width, height } = element.getBoundingClientRect();
  return { x: x - from.x, y: y - from.y, width, height };
}

/** The first colour behind an element that is one. */
function backOf(element: Element): string {
  for (let at: Element | null = element; at; at = at.parentElement) {
    const color = getComputedStyle(at).backgroundColor;
    if (color !== 'transparent' && color !== 'rgba(0, 0, 0, 0)') return color;
  }
  return 'white';
}

function overlayOf(overlay: SVGSVGElement, { x, y, width, height }: Box): SVGSVGElement {
  const copy = standalone(overlay);
  for (const [name, value] of Object.entries({ x, y, width, height })) copy.setAttribute(name, `${value}`);
  if (!copy.hasAttribute('viewBox')) copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
  return copy;
}

function svgText({ width, height }: Sheet, content: string): string {
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>\n${content}\n</svg>`;
}

function canvasOf(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  return canvas;
}

async function imageOf(svg: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  return image;
}

function blobOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture is too large for this browser.'))));
  });
}

function addressOf(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
