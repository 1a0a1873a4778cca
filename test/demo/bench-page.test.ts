import { expect, test } from 'vitest';
import { seriousFaults } from './axe.ts';
import { inBrowser } from './browsers.ts';

inBrowser('chromium', { webgpu: false }, (opened) => {
  test('runs the benchmark as far as the time reaches, shows its rows and offers the numbers', async () => {
    const { page } = opened;
    await opened.open('bench.html?seconds=1&backend=cpu');
    await page.click('button[type=submit]');
    await page.waitForFunction(() => document.querySelector('#status')?.textContent?.startsWith('Done in'));
    expect(await page.$eval('#status', (status) => status.textContent)).toMatch(/^Done in .*not run, .*quick: /s);
    const rows = await page.$$eval('tr', (all) =>
      all.map((row) => Array.from(row.cells, (cell) => cell.textContent).join(' ')),
    );
    expect(rows.length).toBeGreaterThanOrEqual(2);
    expect(rows[1]).toMatch(/^full\s+8\s+32\s/);
    const report = await page.$eval('a[download]', async ({ href }) => (await fetch(href)).json());
    expect(report.format).toBe('emgpu-bench');
    expect(report.rows).toHaveLength(rows.length - 1);
    expect(report.rows[0]).toMatchObject({ status: 'ok', ms: { median: expect.any(Number) } });
    expect(await seriousFaults(page)).toEqual([]);
    // A phone, where the table scrolls.
    await page.setViewport({ width: 360, height: 740 });
    expect(await seriousFaults(page)).toEqual([]);
  });

  test('stops after the row that is under way', async () => {
    const { page } = opened;
    await opened.open('bench.html?seconds=300&backend=cpu');
    await page.click('button[type=submit]');
    await page.waitForSelector('tbody tr');
    await page.click('#stop');
    await page.waitForFunction(() => document.querySelector('#status')?.textContent?.startsWith('Done in'));
    expect(await page.$eval('#status', (status) => status.textContent)).toContain('it was stopped before');
  });
});
