import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DataRoom } from '../../demo/data/client.ts';
import config from '../../demo/vite.config.ts';
import { inBrowser } from './browsers.ts';

declare global {
  /** What the test's page holds. */
  var room: DataRoom;
}

const CLIENT = fileURLToPath(new URL('../../demo/data/client.ts', import.meta.url));
const PAGE = `<!doctype html><link rel="icon" href="data:," />
<script type="module">import { createDataRoom } from './client.js'; globalThis.room = createDataRoom();</script>`;

let outDir: string;
let server: PreviewServer;

/** A page that has nothing but a data room, built as the Lab is. */
beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'emgpu-data-room-'));
  await build({
    ...{ ...config, configFile: false, logLevel: 'error' },
    build: {
      ...{ target: 'es2022', outDir, emptyOutDir: true },
      rolldownOptions: {
        ...{ input: CLIENT, preserveEntrySignatures: 'strict' },
        output: { entryFileNames: 'client.js' },
      },
    },
  });
  await writeFile(join(outDir, 'index.html'), PAGE);
  server = await preview({ configFile: false, build: { outDir }, preview: { host: '127.0.0.1', port: 0 } });
}, 120_000);

afterAll(async () => {
  await server?.close();
  if (outDir) await rm(outDir, { recursive: true });
});

inBrowser('chromium', { webgpu: false }, (opened) => {
  const open = async () => {
    await opened.page.goto(server.resolvedUrls!.local[0]!);
    await opened.page.waitForFunction(() => globalThis.room);
  };

  test('stops reading 3 million flights when it is told to, and reads them as float32', async () => {
    await open();
    const read = await opened.page.evaluate(async () => {
      const stop = new AbortController();
      const onProgress = (_: string, fraction: number) => fraction > 0.6 && stop.abort();
      const work = room.load({ kind: 'sample', id: 'flights' }, { signal: stop.signal, onProgress });
      const code = await work.catch((error) => error.code);
      const table = await room.load({ kind: 'sample', id: 'flights' });
      const { points } = await room.prepare({ columns: table.suggested, standardize: false, log: [] });
      const { data, featureNames } = points;
      return {
        code,
        table,
        featureNames,
        kind: data.constructor.name,
        head: Array.from(data.slice(0, 6)),
        n: data.length,
      };
    });
    const columns = ['delay', 'distance'];
    expect(read).toEqual({
      ...{ code: 'aborted', kind: 'Float32Array', n: 6_000_000, featureNames: columns },
      head: [33, 2176, 19, 215, 14, 405],
      table: { name: '3 million flights', columns, suggested: columns, nRows: 3_000_000 },
    });
  });

  test('puts another worker in the place of one that does not hear of the stop', async () => {
    await open();
    const { page } = opened;
    await page.evaluate(() => room.load({ kind: 'sample', id: 'faithful' }));
    const [stuck] = page.workers();
    stuck!
      .evaluate(() => {
        for (;;);
      })
      .catch(() => {});
    const prepared = await page.evaluate(async () => {
      const preparation = { columns: ['waiting'], standardize: false, log: [] };
      const stopped = await room
        .prepare(preparation, { signal: AbortSignal.timeout(100) })
        .catch((error) => error.code);
      const { points } = await room.prepare(preparation);
      return { stopped, head: Array.from(points.data.slice(0, 3)), n: points.data.length };
    });
    expect(prepared).toEqual({ stopped: 'aborted', head: [79, 54, 74], n: 272 });
    // The stuck one may take some seconds to be gone.
    expect(page.workers().filter((worker) => worker !== stuck)).toHaveLength(1);
  });
});
