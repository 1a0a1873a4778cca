/** 0 … `used` − 1, with room for `length` numbers. */
export function identity(length: number, used: number): Uint32Array {
  const numbers = new Uint32Array(length);
  for (let i = 0; i < used; i++) numbers[i] = i;
  return numbers;
}

type Numbers = Float32Array | Float64Array | Uint32Array;

/** A longer array of the same kind that begins with the first `used` numbers. */
export function enlarge<T extends Numbers>(array: T, length: number, used: number): T {
  const longer = new (array.constructor as new (length: number) => T)(length);
  longer.set(array.subarray(0, used));
  return longer;
}

/** The first numbers of an array: a view when little is wasted, else a copy, so that a small table does not hold on to a large buffer. */
export function trim<T extends Float32Array | Float64Array>(data: T, length: number): T {
  return (length > 0.75 * data.length ? data.subarray(0, length) : data.slice(0, length)) as T;
}
