import { cases } from '../cases/index.ts';
import { selfTestCases } from '../cases/selftest.ts';
import { runLane } from '../harness.ts';
import type { LaneMessage, LaneRequest } from '../types.ts';

/** Runs the cases that `request` names. Never rejects: what stops the whole lane is a message, too. */
export async function runRequest(
  gpu: GPU | undefined,
  request: LaneRequest,
  emit: (message: LaneMessage) => void,
): Promise<void> {
  const { lane, seed, names, suite } = request;
  const all = suite === 'cases' ? cases : selfTestCases;
  try {
    if (!gpu) throw new Error('There is no navigator.gpu here.');
    await runLane({ gpu, lane, seed, cases: all.filter(({ name }) => names.includes(name)), emit });
  } catch (error) {
    emit({ type: 'fatal', error: String(error) });
  }
}
