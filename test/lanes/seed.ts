/** The seed of this run: `EMGPU_SEED`, or a fresh one. */
export function chooseSeed(): number {
  const given = process.env.EMGPU_SEED;
  if (given === undefined || given === '') return Math.floor(Math.random() * 2 ** 32);
  const seed = Number(given);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new Error(`EMGPU_SEED must be an integer from 0 to 4294967295, not ${given}.`);
  }
  return seed;
}
