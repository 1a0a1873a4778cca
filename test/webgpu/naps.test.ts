import { describe, expect, test } from 'vitest';
import { napUntil } from '../../src/backends/naps.ts';

const later = <T>(ms: number, value: T) => new Promise<T>((resolve) => setTimeout(() => resolve(value), ms));

/** Turns of the event loop until `work` is done, as they are where somebody asks at each, as Dawn does. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isDone = false;
  const ask = () => {
    turns++;
    if (!isDone) setImmediate(ask);
  };
  ask();
  await work;
  isDone = true;
  return turns;
}

describe('waiting for a device in Node', () => {
  test('hands on what comes of it', async () => {
    await expect(napUntil(later(1, 'a result'))).resolves.toBe('a result');
    await expect(napUntil(Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  });

  test('turns the event loop far less often', async () => {
    const busy = await turnsDuring(later(300, undefined));
    const calm = await turnsDuring(napUntil(later(300, undefined)));
    expect(calm).toBeLessThan(busy / 3);
  });

  test('leaves the loop to whoever wants it, and ends with the last that waits', async () => {
    const first = napUntil(later(40, 1));
    const second = napUntil(later(80, 2));
    let ticks = 0;
    const clock = setInterval(() => ticks++, 2);
    expect(await first).toBe(1);
    expect(await second).toBe(2);
    clearInterval(clock);
    expect(ticks).toBeGreaterThan(5);
    // Nobody waits: the loop turns as fast as ever.
    expect(await turnsDuring(later(50, undefined))).toBeGreaterThan(200);
  });
});
