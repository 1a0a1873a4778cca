import type { Page } from 'puppeteer';
import { expect, test } from 'vitest';
import { inBrowser } from './browsers.ts';
import { WorkbenchPage } from './workbench.ts';

for (const browser of ['chromium', 'firefox'] as const) {
  inBrowser(browser, {}, (opened) => {
    const lab = new WorkbenchPage(opened);

    /** Keeps the devices that the page asks for, so that a test can destroy them. */
    const keepDevices = () =>
      opened.page.evaluateOnNewDocument(() => {
        const kept = globalThis as unknown as { devices: GPUDevice[] };
        kept.devices = [];
        if (!globalThis.GPUAdapter) return; // about:blank
        const request = GPUAdapter.prototype.requestDevice;
        GPUAdapter.prototype.requestDevice = async function requestDevice(...options) {
          const device = await request.apply(this, options);
          kept.devices.push(device);
          return device;
        };
      });

    test('computes and draws on WebGPU, and says the same as the CPU beside it', async () => {
      await lab.open('#data=faithful&model=full,full&k=2&seed=0&backend=webgpu,cpu');
      await lab.run();
      const values = (await lab.status()).match(/log-likelihood −1,130\.26/g);
      expect(values).toHaveLength(2);
      expect(await opened.page.$eval('.charts table', (table) => table.textContent)).toMatch(/GPU.*CPU/s);
      const [onGpu, onCpu] = await inksOfViews(lab);
      // Of the same points in the same colours: as many pixels are not background.
      expect(onGpu).toBeGreaterThan(1000);
      expect(Math.abs(onGpu! - onCpu!)).toBeLessThan(0.1 * onCpu!);
    });

    test('a device that is lost in the middle of a run: one sentence, and trying again works', async () => {
      await keepDevices();
      // Firefox itself says so of each call before it tells the page of the loss.
      opened.forgive(/device is lost|creating shader module/);
      await lab.open('#data=overlapping&n=50000&model=full&k=3&seed=0&tol=0&init=random-from-data&backend=webgpu');
      await lab.press('Run');
      await opened.page.waitForFunction(() => /After [1-9]/.test(document.querySelector('.status p')!.textContent!));
      await opened.page.evaluate(() => {
        for (const device of (globalThis as unknown as { devices: GPUDevice[] }).devices) device.destroy();
      });
      await opened.page.waitForSelector('.status.error');
      expect(await lab.status()).toMatch(/device was lost/);
      await lab.press('Try again');
      await lab.ready();
      await lab.press('E-step');
      // Not by frames: after a loss Firefox may give none.
      await opened.page.waitForFunction(
        () => /log-likelihood/.test(document.querySelector('.status p')!.textContent!),
        {
          polling: 50,
        },
      );
    });
    // SwiftShader refuses a gibibyte; lavapipe, which Firefox has here, promises any amount.
    if (browser === 'chromium') {
      test('a GPU without room for the points: one sentence, and trying again works once there is', async () => {
        await askTooMuch(opened.page);
        await lab.openUntil('.status.error', '#data=overlapping&n=5000&model=full&k=3&seed=0&backend=webgpu');
        expect(await lab.status()).toMatch(
          /^The device has no room for "points from 0" \(\d+ bytes\)\. Take fewer points or columns, or compute on the CPU\.$/,
        );
        await opened.page.evaluate(() => Object.assign(globalThis, { tooMuch: false }));
        await lab.press('Try again');
        await lab.ready();
        await lab.press('E-step');
        await opened.page.waitForFunction(() =>
          /log-likelihood/.test(document.querySelector('.status p')!.textContent!),
        );
      });
    }
  });
}

/** As long as the page's `tooMuch` stands, its buffers of points are as large as the device has no room for: what is refused, its driver refuses. */
function askTooMuch(page: Page) {
  return page.evaluateOnNewDocument(() => {
    const asked = Object.assign(globalThis, { tooMuch: true });
    if (!globalThis.GPUDevice) return; // about:blank
    const { createBuffer } = GPUDevice.prototype;
    GPUDevice.prototype.createBuffer = function (descriptor) {
      const enlarged = asked.tooMuch && descriptor.label?.startsWith('points');
      return createBuffer.call(this, enlarged ? { ...descriptor, size: this.limits.maxBufferSize } : descriptor);
    };
  });
}

/** Pixels of each view that differ from its corner. */
async function inksOfViews({ page }: WorkbenchPage): Promise<number[]> {
  const inks: number[] = [];
  for (const canvas of await page.$$('.points-view canvas')) {
    const picture = await canvas.screenshot({ encoding: 'base64' });
    inks.push(
      await page.evaluate(async (text) => {
        const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${text}`)).blob());
        const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
        context.drawImage(bitmap, 0, 0);
        const pixels = new Uint32Array(context.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer);
        return pixels.reduce((n, pixel) => n + (pixel === pixels[0] ? 0 : 1), 0);
      }, picture),
    );
  }
  return inks;
}
