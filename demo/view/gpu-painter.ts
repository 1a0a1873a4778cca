import { type ResidentPoints, type ResidentWindow, workDone } from 'emgpu';
import { onLoss } from './device-loss.ts';
import { type Programs, programsFor } from './gpu-programs.ts';
import { aim, JOB_BYTES, jobFor, TONE_BYTES, toneUniform } from './gpu-uniforms.ts';
import { Slices } from './slices.ts';
import { SUMMED, unitFor } from './tone.ts';
import type { Frame, Painter } from './types.ts';

/** Offsets of bindings must be multiples of this many bytes. */
const ALIGNMENT = 256;
/** Pixels that a workgroup of the histogram looks at. */
const MEASURED = 16 * 256;
/** Milliseconds between two looks at whether a submit is done, where one must look. */
const PATIENCE = 4;
/** Bytes of the histogram and the quantile, rounded up. */
const BINS_BYTES = 257 * 4 + 12;

/** The painter that reads the engine's buffers where they are. It makes buffers for sums and uniforms, and owns no more than these. */
export function createGpuPainter(canvas: HTMLCanvasElement, resident: ResidentPoints): Painter {
  return new GpuPainter(canvas, resident);
}

class GpuPainter implements Painter {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: GPUCanvasContext;
  readonly #resident: ResidentPoints;
  readonly #device: GPUDevice;
  readonly #programs: Promise<Programs>;
  readonly #unit: number;
  readonly #format = navigator.gpu.getPreferredCanvasFormat();
  /** 2²⁰ points are 16,384 workgroups. */
  readonly #points = new Slices(2 ** 12, 2 ** 10, 2 ** 20);
  readonly #pixels = new Slices(32 * MEASURED, 8 * MEASURED, 1024 * MEASURED);
  /** Of pixels that get their colours. */
  readonly #rows = new Slices(64, 8, 4096);
  #buffers: Buffers | undefined;
  #colors: GPUBuffer | undefined;
  #generation = 0;
  #lost = false;
  /** Ends the wait of the picture that is being drawn, whose outcome is of no use any more. */
  #endWait = () => {};
  readonly #stopListening: () => void;
  /** Whether the device has shown a picture without complaint. */
  #accepted = false;

  constructor(canvas: HTMLCanvasElement, resident: ResidentPoints) {
    this.#canvas = canvas;
    this.#resident = resident;
    this.#device = resident.device;
    this.#context = canvas.getContext('webgpu')!; // programs have run on the device, so there is WebGPU
    const usage = GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.COPY_DST;
    this.#context.configure({ device: this.#device, format: this.#format, usage, alphaMode: 'opaque' });
    this.#programs = programsFor(this.#device, this.#format);
    this.#programs.catch(() => {}); // draw() tells of it
    this.#unit = unitFor(resident.nSamples);
    this.#stopListening = onLoss(this.#device, () => {
      this.#lost = true;
      this.#generation++;
      this.#endWait();
    });
  }

  setColors(colors: GPUBuffer | Uint32Array | undefined): void {
    this.#colors = colors instanceof GPUBuffer ? colors : undefined;
  }

  async draw(frame: Frame): Promise<boolean> {
    const generation = ++this.#generation;
    const current = () => generation === this.#generation && !this.#lost;
    this.#endWait();
    const end = new Promise<void>((resolve) => {
      this.#endWait = resolve;
    });
    try {
      const programs = await this.#programs;
      if (!current()) return false;
      const colors = frame.color === 'plain' ? undefined : this.#colors;
      const summed = colors ? SUMMED[frame.color] : SUMMED.plain;
      const buffers = await this.#guarded(() => this.#clear());
      const job = jobFor(frame, this.#resident, this.#unit, this.#canvas.width, summed);
      const inSlices = (slices: Slices, total: number, submit: (first: number, count: number) => void) =>
        this.#inSlices(slices, total, submit, current, end);
      for (const window of this.#resident.windows) {
        await inSlices(this.#points, window.nRows, (first, count) =>
          this.#splat(programs, buffers, job, window, { first, count }, colors),
        );
      }
      await inSlices(this.#pixels, buffers.pixels, (first, count) => this.#measure(programs, buffers, first, count));
      const tone = toneUniform(frame, this.#unit, this.#canvas.width, summed);
      await inSlices(this.#rows, buffers.picture.height, (first, count) =>
        this.#shade(programs, buffers, tone, first, count),
      );
      if (!current()) return false;
      // Nothing but a copy, as the page waits for it. Without waiting, so that until the page is next shown the canvas can be copied from; only
      // the first time it is worth asking.
      const shown = this.#guarded(() => this.#show(buffers));
      if (this.#accepted) shown.catch(() => {});
      else await shown;
      this.#accepted = true;
      return true;
    } catch (error) {
      if (!current()) return false;
      throw error;
    }
  }

  destroy(): void {
    this.#generation++;
    this.#stopListening();
    this.#endWait();
    this.#buffers?.destroy();
    this.#buffers = undefined;
    this.#colors = undefined;
    this.#context.unconfigure();
  }

  /** Does `work`, which submits, and rejects with what the device has to say against it. */
  async #guarded<T>(work: () => T): Promise<T> {
    this.#device.pushErrorScope('validation');
    this.#device.pushErrorScope('out-of-memory');
    let result: T;
    let scopes: Promise<(GPUError | null)[]>;
    try {
      result = work();
    } finally {
      scopes = Promise.all([this.#device.popErrorScope(), this.#device.popErrorScope()]);
    }
    const error = (await scopes).find((found) => found);
    // Chromium goes on with where in its own sources it happened.
    if (error) throw new Error(`The picture could not be drawn: ${error.message.split('\n')[0]}`);
    return result;
  }

  /** Submits work slice by slice, each when the one before is done, as long as the picture is of use. */
  async #inSlices(
    slices: Slices,
    total: number,
    submit: (first: number, count: number) => void,
    current: () => boolean,
    end: Promise<void>,
  ): Promise<void> {
    for (let first = 0; first < total && current(); ) {
      const count = Math.min(slices.next(), total - first);
      const began = performance.now();
      // Both asked at once: where the page is drawn by the same device, an answer may take as long as a frame of it.
      const guarded = this.#guarded(() => submit(first, count));
      await Promise.all([guarded, Promise.race([workDone(this.#device, PATIENCE), end])]);
      if (current()) slices.took(performance.now() - began, count);
      first += count;
    }
  }

  /** Buffers for the canvas as large as it now is, with all sums 0. */
  #clear(): Buffers {
    const { width, height } = this.#canvas;
    if (this.#buffers?.picture.width !== width || this.#buffers.picture.height !== height) {
      this.#buffers?.destroy();
      this.#buffers = new Buffers(this.#device, width, height, this.#format);
    }
    const encoder = this.#device.createCommandEncoder();
    encoder.clearBuffer(this.#buffers.sums);
    encoder.clearBuffer(this.#buffers.bins);
    this.#device.queue.submit([encoder.finish()]);
    return this.#buffers;
  }

  #splat(
    { splat }: Programs,
    { job, sums, none }: Buffers,
    words: ArrayBuffer,
    { buffer, firstRow }: ResidentWindow,
    { first, count }: { readonly first: number; readonly count: number },
    colors: GPUBuffer | undefined,
  ): void {
    // Of the colours only those of the slice are bound: all of them may be more than a binding holds.
    const begin = 4 * (firstRow + first);
    const offset = Math.floor(begin / ALIGNMENT) * ALIGNMENT;
    aim(words, { first, count, colorFirst: (begin - offset) / 4 - first });
    this.#device.queue.writeBuffer(job, 0, words);
    const bound = colors ? { buffer: colors, offset, size: begin - offset + 4 * count } : { buffer: none };
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(splat);
    pass.setBindGroup(0, this.#bind(splat, [{ buffer: job }, { buffer }, bound, { buffer: sums }]));
    pass.dispatchWorkgroups(Math.ceil(count / 64));
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
  }

  /** How dense the picture is; complete after the last slice of pixels. */
  #measure(
    { histogram, quantile }: Programs,
    { measure, pixels, sums, bins }: Buffers,
    first: number,
    count: number,
  ): void {
    const { queue } = this.#device;
    queue.writeBuffer(measure, 0, new Float32Array([this.#unit]));
    queue.writeBuffer(measure, 4, new Uint32Array([pixels, first]));
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setBindGroup(0, this.#bind(histogram, [{ buffer: measure }, { buffer: sums }, { buffer: bins }]));
    pass.setPipeline(histogram);
    pass.dispatchWorkgroups(Math.ceil(count / MEASURED));
    pass.setPipeline(quantile);
    pass.dispatchWorkgroups(1);
    pass.end();
    queue.submit([encoder.finish()]);
  }

  /** Turns the sums of some rows into colours. */
  #shade(
    { tone }: Programs,
    { tone: uniform, sums, bins, picture }: Buffers,
    words: ArrayBuffer,
    first: number,
    count: number,
  ): void {
    const { queue } = this.#device;
    queue.writeBuffer(uniform, 0, words);
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginRenderPass({
      colorAttachments: [{ view: picture.createView(), loadOp: 'load', storeOp: 'store' }],
    });
    pass.setPipeline(tone);
    pass.setBindGroup(0, this.#bind(tone, [{ buffer: uniform }, { buffer: sums }, { buffer: bins }]));
    pass.setScissorRect(0, first, picture.width, count);
    pass.draw(3);
    pass.end();
    queue.submit([encoder.finish()]);
  }

  #show({ picture }: Buffers): void {
    const encoder = this.#device.createCommandEncoder();
    const texture = this.#context.getCurrentTexture();
    encoder.copyTextureToTexture({ texture: picture }, { texture }, [picture.width, picture.height]);
    this.#device.queue.submit([encoder.finish()]);
  }

  #bind(pipeline: GPUComputePipeline | GPURenderPipeline, resources: GPUBufferBinding[]): GPUBindGroup {
    const entries = resources.map((resource, binding) => ({ binding, resource }));
    return this.#device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  }
}

/** What a picture of so many pixels needs on the device. */
class Buffers {
  readonly pixels: number;
  readonly sums: GPUBuffer;
  readonly bins: GPUBuffer;
  readonly job: GPUBuffer;
  readonly measure: GPUBuffer;
  readonly tone: GPUBuffer;
  /** Stands in for colours where there are none. */
  readonly none: GPUBuffer;
  readonly picture: GPUTexture;

  constructor(device: GPUDevice, width: number, height: number, format: GPUTextureFormat) {
    const pixels = width * height;
    const { STORAGE, UNIFORM, COPY_DST } = GPUBufferUsage;
    const make = (label: string, size: number, usage: number) =>
      device.createBuffer({ label: `view: ${label}`, size, usage: usage | COPY_DST });
    this.pixels = pixels;
    this.sums = make('sums', 16 * pixels, STORAGE);
    this.bins = make('bins', BINS_BYTES, STORAGE);
    this.job = make('job', JOB_BYTES, UNIFORM);
    this.measure = make('measure', 16, UNIFORM);
    this.tone = make('tone', TONE_BYTES, UNIFORM);
    this.none = make('no colours', 4, STORAGE);
    const usage = GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.COPY_SRC;
    this.picture = device.createTexture({ label: 'view: picture', size: [width, height], format, usage });
  }

  destroy(): void {
    const { sums, bins, job, measure, tone, none, picture } = this;
    for (const one of [sums, bins, job, measure, tone, none, picture]) one.destroy();
  }
}
