/**
 * The model file: what `emgpu predict model.json data.csv` reads, and `modelFromJSON`. Parameters are in the units that the engine was
 * given: of columns that were standardized or taken the logarithm of, in theirs.
 */
export function modelFile(model: { toJSON(): unknown }): Blob {
  return new Blob([`${JSON.stringify(model.toJSON(), null, 2)}\n`], { type: 'application/json' });
}
