import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };

/** A folder on an origin of its own, as a CDN offers it: to pages of any origin. */
export interface Origin {
  readonly url: string;
  close(): void;
}

export async function serveFolder(folder: string): Promise<Origin> {
  const server = createServer(async ({ url = '' }, response) => {
    const body = await readFile(`${folder}${url.slice(1)}`).catch(() => undefined);
    const type = TYPES[extname(url)] ?? 'application/octet-stream';
    response.writeHead(body ? 200 : 404, { 'content-type': type, 'access-control-allow-origin': '*' });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}
