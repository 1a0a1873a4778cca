import { readFile } from 'node:fs/promises';
import {
  type AnyModel,
  EmgpuError,
  type KMeansModel,
  type MixtureModel,
  modelFromJSON,
  type PoissonModel,
} from '../node.ts';

export type { AnyModel };

export function isKMeans(model: AnyModel): model is KMeansModel {
  return 'centers' in model;
}

export function isPoisson(model: AnyModel): model is PoissonModel {
  return 'rates' in model;
}

export function isGaussian(model: AnyModel): model is MixtureModel {
  return 'covariances' in model;
}

/** Reads and checks a model file; throws `unreadable-file` or `invalid-model`. */
export async function readModel(path: string): Promise<AnyModel> {
  return modelFromJSON(parse(path, await read(path)));
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : (cause as Error).message;
    throw new EmgpuError('unreadable-file', `The model file ${path} cannot be read: it ${why}.`, 'Check the path.', {
      cause,
    });
  }
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EmgpuError(
      'invalid-model',
      `A model file is JSON; ${path} is not: ${(cause as Error).message}.`,
      'Pass a file that `emgpu fit --out` wrote.',
      { cause },
    );
  }
}

/** The text of a model file. */
export function modelText(model: AnyModel): string {
  return `${JSON.stringify(model.toJSON(), undefined, 2)}\n`;
}
