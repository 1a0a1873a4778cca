import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const LAB = fileURLToPath(new URL('../../build/lab/', import.meta.url));
const MOST = 300 * 1024;

test.each(['index.html', 'lessons.html', 'embed/three.html'])(
  '%s begins with at most 300 KB of JavaScript, compressed',
  async (page) => {
    const html = await readFile(`${LAB}${page}`, 'utf8');
    const scripts = [...html.matchAll(/(?:src|href)="\.{1,2}\/(assets\/[^"]+\.js)"/g)].map(([, file]) => file!);
    expect(scripts.length).toBeGreaterThan(1);
    const sizes = await Promise.all(scripts.map(async (file) => gzipSync(await readFile(`${LAB}${file}`)).length));
    expect(sizes.reduce((a, b) => a + b)).toBeLessThan(MOST);
  },
);
