import type { BlendOptions } from '../../em/types.ts';
import { EmgpuError } from '../../errors.ts';
import { whyUnusable } from './buffer-check.ts';
import { densityCommands, expectationStage, type Passing } from './expectation.ts';
import { JOB_STRIDE } from './job.ts';
import { Memory, Usage } from './memory.ts';
import type { Command, PassOptions } from './pace.ts';
import { nSamplesOf, OUTPUT, outputOf, type Piece, type Place, placesOf, writeParameters } from './readout.ts';
import { bind } from './workspace.ts';

/** Log-densities or labels of each chunk, and the colours that come of them. */
async function blendCommands(passing: Passing, piece: Piece, colors: GPUBuffer): Promise<Command[]> {
  const { context, shape, packed, portions } = passing;
  const { device, pipelines } = context;
  const { hard } = portions[0]!.work;
  const [density, blend] = await Promise.all([
    expectationStage(context, shape, portions[0]!.work),
    pipelines.get('blend', shape, hard ? ['HARD'] : []),
  ]);
  const densities = new Map(
    portions.map((portion) => {
      return [portion, densityCommands(context, density, portion.work, packed, portion.window, shape.D)];
    }),
  );
  const colored = (place: Place): Command => {
    const { portion, chunk, index } = place;
    const { work } = portion;
    const known = hard ? work.perPoint : work.densities;
    const group = bind(device, blend, work.jobs, known, colors, outputOf(piece, place));
    return {
      operations: chunk.count * work.K * 24,
      dispatches: [{ stage: blend, group, offsets: [index * JOB_STRIDE], size: [Math.ceil(chunk.count / 64)] }],
    };
  };
  return piece.places.flatMap((place) => [...densities.get(place.portion)!(place.chunk, place.index), colored(place)]);
}

async function checkOutput(device: GPUDevice, output: GPUBuffer, bytes: number): Promise<void> {
  if (output.size < bytes || !(output.usage & Usage.STORAGE)) {
    throw new EmgpuError(
      'invalid-option',
      `The buffer for the colours must have usage STORAGE and at least ${bytes} bytes; it has usage ${output.usage} and ${output.size} bytes.`,
      'Pass a larger buffer, or none.',
    );
  }
  const problem = await whyUnusable(device, output, 'write');
  if (problem === undefined) return;
  throw new EmgpuError(
    'invalid-option',
    `The device cannot write to the buffer for the colours: ${problem}`,
    'Pass a buffer of the same device that is neither mapped nor destroyed.',
  );
}

/**
 * One pass that leaves N rgba8 numbers in a buffer: a new one, which the caller owns (usage `STORAGE | COPY_SRC | COPY_DST`), or `into`.
 * `colors`: K × 3.
 */
export async function blendToBuffer(
  passing: Passing,
  colors: Float32Array,
  { into }: BlendOptions,
  options: PassOptions,
): Promise<GPUBuffer> {
  const { context } = passing;
  const { device } = context;
  const bytes = 4 * nSamplesOf(passing);
  if (into) await checkOutput(device, into, bytes);
  const [scratch, result] = [new Memory(device), new Memory(device)];
  try {
    const output = into ?? (await result.buffer('colors', bytes, OUTPUT));
    const given = await scratch.buffer(
      'colors of components',
      (colors.length / 3) * 16,
      Usage.STORAGE | Usage.COPY_DST,
    );
    device.queue.writeBuffer(given, 0, padded(colors));
    const commands = await blendCommands(passing, { output, rowBytes: 4, places: placesOf(passing) }, given);
    writeParameters(passing);
    await context.pace.run(commands, () => {}, options);
    return output;
  } catch (error) {
    result.destroy();
    throw error;
  } finally {
    scratch.destroy();
  }
}

/** Three numbers take the room of four in an array of vectors. */
function padded(colors: Float32Array): Float32Array<ArrayBuffer> {
  const four = new Float32Array((colors.length / 3) * 4);
  for (let i = 0; i < colors.length; i++) four[Math.floor(i / 3) * 4 + (i % 3)] = colors[i]!;
  return four;
}
