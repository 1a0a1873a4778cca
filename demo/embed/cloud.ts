import { storage, uniform, varying, vec3, vertexIndex } from 'three/tsl';
import * as THREE from 'three/webgpu';

/** A three.js scene of points whose places and colours are in buffers of a device that it shares. */
export interface Cloud {
  readonly renderer: THREE.WebGPURenderer;
  readonly scene: THREE.Scene;
  /** Another number: there is something new to draw. */
  readonly version: number;
  /** The buffer that the points are drawn from: N rows x, y, z of float32. */
  readonly points: GPUBuffer;
  /** Mixes K colours (`#rrggbb`) in each point by its row of `shares`, N × K float32, which the cloud owns from now on. */
  colour(shares: GPUBuffer, colours: readonly string[]): void;
  /** The same shares in other colours, K of them or more. */
  recolour(colours: readonly string[]): void;
}

/** Draws points, rows x, y, z, on `canvas` with `device`. */
export async function pointCloud(
  device: GPUDevice,
  canvas: HTMLCanvasElement,
  rows: Float32Array<ArrayBuffer>,
): Promise<Cloud> {
  const renderer = new THREE.WebGPURenderer({ canvas, device });
  await renderer.init();
  renderer.setClearColor(0, 0);

  // three.js looks here for the buffer of an attribute before it makes one: it draws from ours, and nothing is copied.
  const buffers = renderer.backend as unknown as { get(attribute: THREE.BufferAttribute): { buffer?: GPUBuffer } };
  const adopt = <A extends THREE.BufferAttribute>(attribute: A, buffer: GPUBuffer): A => {
    buffers.get(attribute).buffer = buffer;
    return attribute;
  };

  const { STORAGE, VERTEX, COPY_DST } = GPUBufferUsage;
  const points = device.createBuffer({ size: rows.byteLength, usage: STORAGE | VERTEX | COPY_DST });
  device.queue.writeBuffer(points, 0, rows);
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute('position', adopt(new THREE.BufferAttribute(rows, 3), points));
  const material = new THREE.PointsNodeMaterial({ color: '#808890' });
  const scene = new THREE.Scene().add(new THREE.Points(geometry, material));

  let shown: THREE.StorageBufferAttribute | undefined;
  let palette: { value: THREE.Color }[] = [];
  let painted = 0;
  const colour = (shares: GPUBuffer, colours: readonly string[]): void => {
    const attribute = adopt(new THREE.StorageBufferAttribute(new Float32Array(0), 1), shares);
    const all = storage(attribute, 'float', 0).toReadOnly();
    const paints = colours.map((hex) => uniform(new THREE.Color(hex)));
    const parts = paints.map((paint, k) => paint.mul(all.element(vertexIndex.mul(paints.length).add(k))));
    material.colorNode = varying(parts.reduce((sum, part) => sum.add(part), vec3(0)));
    material.needsUpdate = true;
    shown?.dispose(); // frees its buffer too
    shown = attribute;
    palette = paints;
  };
  const recolour = (colours: readonly string[]): void => {
    for (const [k, paint] of palette.entries()) paint.value.set(colours[k]!);
    painted++;
  };
  return {
    ...{ renderer, scene, points, colour, recolour },
    get version() {
      return material.version + painted;
    },
  };
}
