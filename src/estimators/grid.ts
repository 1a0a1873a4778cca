import { borrowDevice } from '../backends/select.ts';
import { Memory, Usage } from '../backends/webgpu/memory.ts';
import { type Frame, frameFor, type Scaling } from '../data/frame.ts';
import type { PointStream } from '../data/replay.ts';
import { walkDatasets } from '../em/streaming/walk.ts';
import { EmgpuError, throwIfAborted } from '../errors.ts';
import { gaussianFamily } from '../families/gaussian.ts';
import { type Feature, marginal } from './marginal.ts';
import { type MixtureModel, toParameters } from './mixture-model.ts';
import type { ScoreOptions } from './point-model.ts';
import type { ReadOptions } from './types.ts';

/** Evenly spread places along an axis, in data units: the first, the last, and how many there are (from 2 on). */
export type GridAxis = readonly [min: number, max: number, count: number];

/** A grid in the plane of two columns. Its numbers lie row by row: place (i, j) of x and y at `j · nx + i`. */
export interface DensityGrid {
  /** The columns of x and y, by number or name. The others are integrated out. */
  readonly features: readonly [x: Feature, y: Feature];
  readonly x: GridAxis;
  readonly y: GridAxis;
}

/** The device in whose memory a grid is put. */
export interface GridDeviceOptions extends ReadOptions {
  readonly device: GPUDevice;
}

/** A grid on the host has at most this many places: half a GiB of float64. */
const MAX_PLACES = 2 ** 26;
/** How many places have their densities computed at once. */
const BAND_PLACES = 2 ** 20;

/** WebGPU's flags; the globals of that name are not defined in every runtime. */
const VERTEX = 0x20;
const BUFFER_USAGE = Usage.STORAGE | Usage.COPY_SRC | Usage.COPY_DST | VERTEX;
const TEXTURE_USAGE = 0x01 | 0x02 | 0x04; // COPY_SRC, COPY_DST, TEXTURE_BINDING

/**
 * Densities of a mixture at the places of a grid, for contours: nx × ny float64 numbers, or with `log` their natural logarithms as
 * the backend has them. Density per unit of x and y; other columns are integrated out ({@link marginal}).
 *
 * Rejects with `invalid-option` for a grid that is malformed or too large, and for whatever {@link marginal} refuses.
 */
export async function densityGrid(
  model: MixtureModel,
  grid: DensityGrid & { readonly log?: boolean | undefined },
  options: ScoreOptions = {},
): Promise<Float32Array | Float64Array> {
  const [nx, ny] = checkGrid(grid);
  if (nx * ny > MAX_PLACES) refuseSize(nx, ny, `at most ${MAX_PLACES} places`);
  const logs = await marginal(model, grid.features).scoreSamples(placesOf(grid), {
    chunkRows: BAND_PLACES,
    ...options,
  });
  if (grid.log) return logs;
  // float64, though the logarithms may be float32: densities of features in small units are beyond its range.
  const densities = new Float64Array(logs.length);
  for (let i = 0; i < logs.length; i++) densities[i] = Math.exp(logs[i]!);
  return densities;
}

/**
 * Log-densities at the places of a grid in a new buffer on the device, which the caller owns: nx × ny float32, usage
 * `STORAGE | VERTEX | COPY_SRC | COPY_DST`. Nothing comes to the host. Rejects as {@link densityGrid} does; the device limits the size.
 */
export async function densityGridBuffer(
  model: MixtureModel,
  grid: DensityGrid,
  options: GridDeviceOptions,
): Promise<GPUBuffer> {
  const { device } = checkDevice(options);
  const [nx, ny] = checkGrid(grid);
  const { maxBufferSize } = device.limits;
  if (4 * nx * ny > maxBufferSize) refuseSize(nx, ny, `${maxBufferSize} bytes in a buffer, 4 for a place`);
  const memory = new Memory(device);
  try {
    const output = await memory.buffer('density grid', 4 * nx * ny, BUFFER_USAGE);
    await eachBand(model, grid, options, (encoder, band, row, rows) => {
      encoder.copyBufferToBuffer(band, 0, output, 4 * nx * row, 4 * nx * rows);
    });
    return output;
  } catch (error) {
    memory.destroy();
    throw error;
  }
}

/**
 * Log-densities at the places of a grid in a new texture, which the caller owns: nx × ny texels `r32float`, usage
 * `TEXTURE_BINDING | COPY_SRC | COPY_DST`. Texel (i, j) is place (i, j): the smallest y comes first. Without the feature `float32-filterable` read it by
 * `textureLoad`, or by a sampler that does not filter. Rejects as {@link densityGridBuffer} does.
 */
export async function densityGridTexture(
  model: MixtureModel,
  grid: DensityGrid,
  options: GridDeviceOptions,
): Promise<GPUTexture> {
  const { device } = checkDevice(options);
  const [nx, ny] = checkGrid(grid);
  const most = device.limits.maxTextureDimension2D;
  if (Math.max(nx, ny) > most) refuseSize(nx, ny, `${most} × ${most} in a texture`);
  const texture = await createTexture(device, nx, ny);
  try {
    await eachBand(model, grid, options, (encoder, band, row, rows) => {
      // Rows of a copy must be 256 bytes apart, unless there is only one.
      const together = nx % 64 === 0 ? { rows, layout: { bytesPerRow: 4 * nx } } : { rows: 1, layout: {} };
      for (let r = 0; r < rows; r += together.rows) {
        const source = { buffer: band, offset: 4 * nx * r, ...together.layout };
        encoder.copyBufferToTexture(source, { texture, origin: [0, row + r] }, [nx, together.rows]);
      }
    });
    return texture;
  } catch (error) {
    texture.destroy();
    throw error;
  }
}

async function createTexture(device: GPUDevice, nx: number, ny: number): Promise<GPUTexture> {
  device.pushErrorScope('out-of-memory');
  const texture = device.createTexture({
    ...{ label: 'density grid', size: [nx, ny], format: 'r32float', usage: TEXTURE_USAGE },
  });
  const error = await device.popErrorScope();
  if (!error) return texture;
  texture.destroy();
  throw new EmgpuError(
    'out-of-memory',
    `The device has no room for a texture of ${nx} × ${ny}.`,
    'Use fewer places, or free other fits with destroy().',
    { cause: error },
  );
}

/** Computes log-densities for bands of whole rows of the grid, one after the other; `copy` puts the band that begins at `row` in its place. */
async function eachBand(
  model: MixtureModel,
  grid: DensityGrid,
  { device, signal }: GridDeviceOptions,
  copy: (encoder: GPUCommandEncoder, band: GPUBuffer, row: number, rows: number) => void,
): Promise<void> {
  const part = marginal(model, grid.features);
  const { covarianceType, noise } = part;
  const family = gaussianFamily({ covarianceType, regCovar: 0, noise });
  const frame = frameOf(grid, family.scaling);
  const parameters = family.pack(family.toFrame(toParameters(part), frame), frame);
  const nx = grid.x[2];
  const rows = nx * Math.max(1, Math.floor(BAND_PLACES / nx));
  const loading = { scaling: family.scaling, frame, rows, nSamples: nx * grid.y[2], signal };
  for await (const { dataset, first } of walkDatasets(borrowDevice(device), placesOf(grid), loading)) {
    const band = await dataset.readToBuffer!('logDensities', parameters, { signal });
    const encoder = device.createCommandEncoder({ label: 'density grid' });
    copy(encoder, band, first / nx, dataset.nSamples / nx);
    device.queue.submit([encoder.finish()]);
    band.destroy();
  }
}

/** The frame of all places together: every band is loaded in it, and gets none of its own. */
function frameOf({ x, y }: DensityGrid, scaling: Scaling): Frame {
  const mean = Float64Array.of((x[0] + x[1]) / 2, (y[0] + y[1]) / 2);
  const variance = Float64Array.of((x[1] - x[0]) ** 2 / 12, (y[1] - y[0]) ** 2 / 12);
  return frameFor({ mean, variance }, scaling);
}

/** The places, row by row, of which only some are in memory at a time. */
function placesOf({ x, y }: DensityGrid): PointStream {
  const nx = x[2];
  const nSamples = nx * y[2];
  return {
    ...{ nFeatures: 2, nSamples },
    async *chunks({ rows, signal }) {
      for (let first = 0; first < nSamples; first += rows) {
        throwIfAborted(signal);
        const data = new Float64Array(2 * Math.min(rows, nSamples - first));
        for (let n = first, at = 0; at < data.length; n++) {
          data[at++] = placeOn(x, n % nx);
          data[at++] = placeOn(y, Math.floor(n / nx));
        }
        yield { data, nFeatures: 2 };
      }
    },
  };
}

function placeOn([min, max, count]: GridAxis, i: number): number {
  return min + ((max - min) * i) / (count - 1);
}

/** Returns nx and ny. */
function checkGrid(grid: DensityGrid): [number, number] {
  const { features, x, y } = grid ?? {};
  if (!Array.isArray(features) || features.length !== 2) {
    refuse(`features must name the two columns of x and y, got ${features}`, 'Pass [column, column].');
  }
  checkAxis('x', x);
  checkAxis('y', y);
  return [x[2], y[2]];
}

function checkAxis(name: string, axis: GridAxis): void {
  if (Array.isArray(axis) && axis.length === 3 && axis.every(Number.isFinite)) {
    const [min, max, count] = axis;
    if (Number.isFinite(max - min) && min < max && Number.isSafeInteger(count) && count >= 2) return;
  }
  const remedy = 'Pass [min, max, count] with min < max, and count a whole number from 2 on.';
  refuse(`${name} must be an axis, got ${Array.isArray(axis) ? `[${axis.join(', ')}]` : axis}`, remedy);
}

function checkDevice(options: GridDeviceOptions): GridDeviceOptions {
  if (options?.device) {
    borrowDevice(options.device);
    return options;
  }
  return refuse('A device is needed for a grid that stays in its memory', 'Pass { device }, or call densityGrid.');
}

function refuseSize(nx: number, ny: number, allowed: string): never {
  refuse(`A grid of ${nx} × ${ny} is too large: there may be ${allowed}`, 'Use fewer places, or part of the plane.');
}

function refuse(what: string, remedy: string): never {
  throw new EmgpuError('invalid-option', `${what}.`, remedy);
}
