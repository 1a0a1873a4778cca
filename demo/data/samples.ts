import { EmgpuError } from 'emgpu';
import flights from '../../node_modules/vega-datasets/data/flights-3m.parquet?url';
import faithful from '../../test/reference/data/faithful.csv?url';
import iris from '../../test/reference/data/iris.csv?url';
import { SAMPLES } from './catalogue.ts';
import { stopped, type Watch } from './pace.ts';
import { readSource } from './read.ts';
import type { SourceTable } from './source-table.ts';
import type { SampleId } from './types.ts';

interface SampleFile {
  readonly url: string;
  /** With the extension that tells the format. */
  readonly file: string;
  /** Columns for a first look. */
  readonly suggested: readonly string[];
}

const FILES: Readonly<Record<SampleId, SampleFile>> = {
  faithful: { url: faithful, file: 'faithful.csv', suggested: ['eruptions', 'waiting'] },
  iris: { url: iris, file: 'iris.csv', suggested: ['petal_length', 'petal_width'] },
  flights: { url: flights, file: 'flights-3m.parquet', suggested: ['delay', 'distance'] },
};

/** A sample's table; its file is fetched now. Fetching counts as the first half of reading. */
export async function readSample(id: SampleId, { signal, onProgress }: Watch): Promise<SourceTable> {
  const { url, file, suggested } = FILES[id];
  const bytes = await download(url, file, { signal, onProgress: (stage, fraction) => onProgress(stage, fraction / 2) });
  const half: Watch = { signal, onProgress: (stage, fraction) => onProgress(stage, 0.5 + fraction / 2) };
  const name = SAMPLES.find((entry) => entry.id === id)!.title;
  return { ...(await readSource(bytes, file, half)), name, suggested };
}

async function download(url: string, file: string, { signal, onProgress }: Watch): Promise<Blob> {
  try {
    const response = await fetch(url, { signal });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    const total = Number(response.headers.get('content-length'));
    const parts: BlobPart[] = [];
    let size = 0;
    for await (const part of partsOf(response)) {
      parts.push(part);
      size += part.length;
      // What a server packs for the way is longer than it says.
      if (total > 0) onProgress('read', Math.min(1, size / total));
    }
    return new Blob(parts);
  } catch (cause) {
    if (signal.aborted) throw stopped(cause);
    const reason = cause instanceof Error ? cause.message : `${cause}`;
    throw new EmgpuError('unreadable-file', `${file} could not be fetched: ${reason}.`, 'Try again.', { cause });
  }
}

/** Not by iterating the body itself, which Safari cannot. */
async function* partsOf(response: Response): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = response.body!.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
}
