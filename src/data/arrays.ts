/** Numbers as points and weights are made of. */
export type Numbers = Float32Array | Float64Array;

/** The name of a typed array's type. Not by `instanceof`: an array may come from another realm, such as a frame of the page. */
function typeOf(value: unknown): string | undefined {
  return ArrayBuffer.isView(value) ? Object.prototype.toString.call(value).slice('[object '.length, -1) : undefined;
}

export function isNumbers(value: unknown): value is Numbers {
  return isSingle(value) || typeOf(value) === 'Float64Array';
}

/** Whether these numbers are float32. */
export function isSingle(value: unknown): value is Float32Array {
  return typeOf(value) === 'Float32Array';
}

/** Room for `length` numbers of the same type. */
export function roomLike(numbers: Numbers, length: number): Numbers {
  return isSingle(numbers) ? new Float32Array(length) : new Float64Array(length);
}
