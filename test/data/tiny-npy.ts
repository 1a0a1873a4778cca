/** An array as `numpy.save` takes it. */
export interface Npy {
  /** A type, or in brackets a list of named ones. */
  readonly descr: string;
  readonly shape: readonly number[];
  readonly data: ArrayBufferView;
  readonly fortran?: boolean;
  readonly version?: 1 | 2 | 3;
}

/** The bytes of a NPY file as numpy.save writes them. */
export function npy({ descr, shape, data, fortran = false, version = 1 }: Npy): Uint8Array {
  const tuple = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const dict = `{'descr': ${descr.startsWith('[') ? descr : `'${descr}'`}, 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${tuple}, }`;
  const prefix = version === 1 ? 10 : 12;
  const length = Math.ceil((prefix + dict.length + 1) / 64) * 64 - prefix;
  const bytes = new Uint8Array(prefix + length + data.byteLength);
  const view = new DataView(bytes.buffer);
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), version, 0]);
  if (version === 1) view.setUint16(8, length, true);
  else view.setUint32(8, length, true);
  bytes.set(new TextEncoder().encode(`${dict.padEnd(length - 1)}\n`), prefix);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), prefix + length);
  return bytes;
}
