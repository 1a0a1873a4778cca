/** The libraries that the benchmark compares emgpu with. Each runs in processes of its own. */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Peer } from '../contender.ts';
import { KINDS, type Kind } from '../problem.ts';
import { installPeers } from './install.ts';
import { remotePeer } from './remote-peer.ts';

/** TypeScript in the sources, JavaScript in the archive of `bench:bundle`. */
const EXTENSION = extname(import.meta.url);

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** A library from npm; `script` is its side in `node/`. */
function npmPeer(name: string, script: string, kinds: readonly Kind[]): Peer {
  return remotePeer({
    ...{ name, kinds, shared: false },
    async command() {
      installPeers();
      return { program: process.execPath, args: [...process.execArgv, path(`node/${script}${EXTENSION}`)] };
    },
  });
}

/** A library of the Python that `$EMGPU_PYTHON` names, else of `python3`; `args` are for `python/serve.py`. */
function pythonPeer(name: string, ...args: string[]): Peer {
  return remotePeer({
    ...{ name, kinds: KINDS, shared: true },
    async command() {
      return { program: process.env.EMGPU_PYTHON ?? 'python3', args: [path('python/serve.py'), ...args] };
    },
  });
}

export const peers: Peer[] = [
  npmPeer('ml-kmeans', 'ml-kmeans', ['k-means']),
  npmPeer('tfjs webgpu', 'tfjs', KINDS),
  npmPeer('jax-js webgpu', 'jax-js', KINDS),
  npmPeer('splat-transform webgpu', 'splat-transform', ['k-means']),
  pythonPeer('scikit-learn', 'sklearn_peer'),
  pythonPeer('PyTorch eager', 'torch_peer', 'eager'),
  pythonPeer('PyTorch compiled', 'torch_peer', 'compiled'),
  pythonPeer('JAX', 'jax_peer'),
];
