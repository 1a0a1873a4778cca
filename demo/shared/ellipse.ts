/** An ellipse as SVG draws it: half axes, and the angle from the x axis to the first of them in degrees, clockwise as y runs downwards. */
export interface Ellipse {
  readonly rx: number;
  readonly ry: number;
  readonly degrees: number;
}

/** Variance in square pixels, at least: SVG draws no ellipse without any height, and a flat one is to be seen as a line. */
const FLAT = 1e-4;

/** The places at one standard deviation from the mean: the eigenvectors of a covariance in pixels, xx and yy its variances. */
export function ellipseOf(xx: number, xy: number, yy: number): Ellipse {
  const middle = (xx + yy) / 2;
  const spread = Math.hypot((xx - yy) / 2, xy);
  return {
    rx: Math.sqrt(Math.max(FLAT, middle + spread)),
    ry: Math.sqrt(Math.max(FLAT, middle - spread)),
    degrees: (Math.atan2(2 * xy, xx - yy) * 90) / Math.PI,
  };
}
