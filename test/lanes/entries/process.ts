import process from 'node:process';
import { type LaneMessage, type LaneRequest, MESSAGE_PREFIX } from '../types.ts';
import { runRequest } from './request.ts';

/** Writes one message for the test runner. */
export function writeMessage(message: LaneMessage): void {
  process.stdout.write(`${MESSAGE_PREFIX}${JSON.stringify(message)}\n`);
}

/** The request that this process was started with. */
export function readRequest(): LaneRequest {
  return JSON.parse(process.argv[2] ?? '') as LaneRequest;
}

/** The whole life of a lane process that computes by itself. */
export async function runProcess(gpu: GPU | undefined): Promise<void> {
  await runRequest(gpu, readRequest(), writeMessage);
  process.stdout.write('', () => process.exit(0));
}
