/** Plain assertions for lane cases: no Node and no vitest, so that they run wherever WebGPU does. */

/** How many wrong elements a message lists. */
const SHOWN = 5;

/** How far an element may be off: `|actual − expected| ≤ absolute + relative · |expected|`. Missing parts are 0. */
export interface Tolerance {
  readonly absolute?: number;
  readonly relative?: number;
}

/** Throws `message` unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Throws unless both are the same value (`Object.is`). */
export function assertEqual<T>(actual: T, expected: T, what: string): void {
  if (!Object.is(actual, expected)) throw new Error(`${what}: expected ${String(expected)}, got ${String(actual)}`);
}

/**
 * Throws unless `actual` and `expected` have the same length and each element is within the tolerance. The message has
 * the worst error in units of the tolerance and the first few mismatches. NaN matches only NaN, infinities only themselves.
 *
 * @param what names the quantity, and the seed that made it if there is one
 */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance,
  what: string,
): void {
  assertEqual(actual.length, expected.length, `${what}: length`);
  const absolute = tolerance.absolute ?? 0;
  const relative = tolerance.relative ?? 0;
  const wrong: string[] = [];
  let count = 0;
  let worst = { ratio: 0, index: -1, error: 0 };
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!];
    if (Object.is(a, e) || a === e) continue;
    const error = Math.abs(a - e);
    const allowed = absolute + relative * Math.abs(e);
    if (error <= allowed && Number.isFinite(e)) continue;
    count++;
    if (wrong.length < SHOWN) wrong.push(`[${i}] expected ${e}, got ${a}, off by ${error.toExponential(2)}`);
    const ratio = Number.isNaN(error) ? Infinity : error / allowed;
    if (ratio > worst.ratio) worst = { ratio, index: i, error };
  }
  if (count === 0) return;
  const more = count > wrong.length ? `\n  … and ${count - wrong.length} more` : '';
  throw new Error(
    `${what}: ${count} of ${expected.length} outside the tolerance (absolute ${absolute}, relative ${relative}), ` +
      `worst at [${worst.index}]: off by ${worst.error.toExponential(2)}, ${worst.ratio.toPrecision(3)} times what is allowed\n  ` +
      `${wrong.join('\n  ')}${more}`,
  );
}

/** Throws unless all elements are equal, bit for bit except that 0 equals −0. */
export function assertSame(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assertClose(actual, expected, {}, what);
}

/**
 * Throws unless `promise` rejects; gives the error back for closer looks.
 *
 * @param code when given, the error's `code` must be this
 */
export async function assertRejects(promise: Promise<unknown>, what: string, code?: string): Promise<unknown> {
  let error: unknown;
  try {
    await promise;
  } catch (caught) {
    error = caught;
    if (code !== undefined) assertEqual((caught as { code?: unknown }).code, code, `${what}: code of the error`);
    return error;
  }
  throw new Error(`${what}: expected an error${code === undefined ? '' : ` with code ${code}`}, got none`);
}
