/** The page's side of a browser lane; {@link file://./puppeteer.ts} calls `run` and reads the console. */
import { type LaneRequest, MESSAGE_PREFIX } from '../types.ts';
import { runRequest } from './request.ts';

export async function run(request: LaneRequest): Promise<void> {
  await runRequest(navigator.gpu, request, (message) => console.log(`${MESSAGE_PREFIX}${JSON.stringify(message)}`));
}
