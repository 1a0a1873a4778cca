import { standalone } from './inline-styles.ts';

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

/** Sizes in CSS pixels; the overlay's place is counted from the canvas' upper left corner. */
interface Layout {
  readonly width: number;
  readonly height: number;
  readonly overlay: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Colour behind the points. */
  readonly back: string;
}

/** The view as PNG, `scale` pixels per CSS pixel. Points have the resolution of the canvas, all else that of the picture. */
export async function pngOf(picture: Picture, scale: number): Promise<Blob> {
  await picture.redraw?.();
  const layout = layoutOf(picture);
  const sheet = sheetOf(layout.width * scale, layout.height * scale);
  const context = sheet.getContext('2d')!;
  context.fillStyle = layout.back;
  context.fillRect(0, 0, sheet.width, sheet.height);
  context.drawImage(picture.canvas, 0, 0, sheet.width, sheet.height);
  const { x, y, width, height } = layout.overlay;
  const drawing = await imageOf(overlayText(picture, layout));
  context.drawImage(drawing, x * scale, y * scale, width * scale, height * scale);
  return blobOf(sheet);
}

/** The view as SVG: points as a picture inside, at the resolution of the canvas, axes and ellipses as lines. */
export async function svgOf(picture: Picture): Promise<Blob> {
  await picture.redraw?.();
  const layout = layoutOf(picture);
  const sheet = sheetOf(picture.canvas.width, picture.canvas.height);
  sheet.getContext('2d')!.drawImage(picture.canvas, 0, 0);
  const points = await addressOf(await blobOf(sheet));
  const { width, height, back, overlay } = layout;
  const text = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="${back}"/>`,
    `<image width="${width}" height="${height}" preserveAspectRatio="none" href="${points}"/>`,
    `<g transform="translate(${overlay.x} ${overlay.y})">${overlayText(picture, layout)}</g>`,
    '</svg>',
  ];
  return new Blob([text.join('\n')], { type: 'image/svg+xml' });
}

function layoutOf({ canvas, overlay }: Picture): Layout {
  const frame = canvas.getBoundingClientRect();
  const over = overlay.getBoundingClientRect();
  return {
    width: frame.width,
    height: frame.height,
    overlay: { x: over.x - frame.x, y: over.y - frame.y, width: over.width, height: over.height },
    back: backOf(canvas),
  };
}

/** The first colour behind an element that is one. */
function backOf(element: Element): string {
  for (let at: Element | null = element; at; at = at.parentElement) {
    const color = getComputedStyle(at).backgroundColor;
    if (color !== 'transparent' && color !== 'rgba(0, 0, 0, 0)') return color;
  }
  return 'white';
}

function overlayText({ overlay }: Picture, layout: Layout): string {
  const copy = standalone(overlay);
  const { width, height } = layout.overlay;
  copy.setAttribute('width', `${width}`);
  copy.setAttribute('height', `${height}`);
  if (!copy.hasAttribute('viewBox')) copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
  return new XMLSerializer().serializeToString(copy);
}

function sheetOf(width: number, height: number): HTMLCanvasElement {
  const sheet = document.createElement('canvas');
  sheet.width = Math.max(1, Math.round(width));
  sheet.height = Math.max(1, Math.round(height));
  return sheet;
}

async function imageOf(svg: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  return image;
}

function blobOf(sheet: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    sheet.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture is too large for this browser.'))));
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
