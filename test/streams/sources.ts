import type { HostPoints } from '../../src/data/points.ts';
import { type PointStream, streamFrom } from '../../src/data/stream.ts';
import type { Backend, Dataset } from '../../src/em/types.ts';

/** Rows `from … to`, with their weights. */
export function rowsOf({ data, nFeatures: D, sampleWeight }: HostPoints, from: number, to: number): HostPoints {
  const rows = { data: data.slice(from * D, to * D), nFeatures: D };
  return sampleWeight ? { ...rows, sampleWeight: sampleWeight.slice(from, to) } : rows;
}

/** A stream that counts its walks and those that are not over. */
export interface WatchedStream extends PointStream {
  walks: number;
  open: number;
}

/** Points as pieces of some rows, from a source whose length is not known. */
export function watchedStream(points: HostPoints, pieceRows = 100): WatchedStream {
  const watch = { walks: 0, open: 0 };
  const n = points.data.length / points.nFeatures;
  const stream = streamFrom(
    async function* () {
      watch.walks++;
      watch.open++;
      try {
        for (let from = 0; from < n; from += pieceRows) yield rowsOf(points, from, Math.min(n, from + pieceRows));
      } finally {
        watch.open--;
      }
    },
    { nFeatures: points.nFeatures },
  );
  return {
    nFeatures: stream.nFeatures,
    get nSamples() {
      return stream.nSamples;
    },
    get walks() {
      return watch.walks;
    },
    get open() {
      return watch.open;
    },
    chunks: (options) => stream.chunks(options),
  };
}

/** What a backend did. */
export interface Watch {
  readonly backend: Backend;
  /** Datasets loaded so far, and rows of each. */
  readonly loaded: number[];
  /** Datasets that are not destroyed yet, and how many there were at most. */
  alive: number;
  most: number;
}

/** The backend, with its datasets counted; each counts as destroyed once. */
export function watched(backend: Backend): Watch {
  const watch = { loaded: [] as number[], alive: 0, most: 0 };
  const load: Backend['load'] = async (points, { reuse, ...options }) => {
    reuse?.destroy();
    const dataset = await backend.load(points, options);
    watch.loaded.push(dataset.nSamples);
    watch.most = Math.max(watch.most, ++watch.alive);
    return counted(dataset, () => watch.alive--);
  };
  const proxy = new Proxy(backend, {
    get: (target, key) => (key === 'load' ? load : Reflect.get(target, key, target)),
  });
  return Object.assign(watch, { backend: proxy });
}

function counted(dataset: Dataset, onDestroy: () => void): Dataset {
  let destroyed = false;
  return new Proxy(dataset, {
    get(target, key) {
      const value = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      if (key !== 'destroy') return value.bind(target);
      return () => {
        if (!destroyed) onDestroy();
        destroyed = true;
        target.destroy();
      };
    },
  });
}
