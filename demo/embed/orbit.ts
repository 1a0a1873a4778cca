import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import { PerspectiveCamera } from 'three/webgpu';
import type { Cloud } from './cloud.ts';

/** What an arrow key turns: radians to the left, radians up. */
const TURNS: Record<string, readonly [number, number]> = {
  ArrowLeft: [0.1, 0],
  ArrowRight: [-0.1, 0],
  ArrowUp: [0, 0.1],
  ArrowDown: [0, -0.1],
};

/**
 * Firefox may not say that work is done before there is more of it. Not `workDone`, which asks it to: drawn so much faster, it now and then
 * shows no frame of a turn.
 */
const patience = () => new Promise((resolve) => setTimeout(resolve, 500));

/** Frames drawn after a change: what is new to the renderer may take one to be there, and Firefox does not show every one. */
const SETTLING = 10;

/**
 * Draws the scene from a camera that circles it slowly while `turning` is checked, and that the visitor turns by drag and arrow keys.
 * Where less motion is preferred it stands still at first.
 */
export function orbit(cloud: Cloud, turning: HTMLInputElement, device: GPUDevice): void {
  const { renderer, scene } = cloud;
  const canvas = renderer.domElement as HTMLCanvasElement;
  const camera = new PerspectiveCamera(40, 1, 0.1, 100);
  camera.position.set(0, 3.4, 5.4);
  const controls = new OrbitControls(camera, canvas);
  controls.target.set(0, 0.4, 0);
  controls.enablePan = false;
  turning.checked = !matchMedia('(prefers-reduced-motion: reduce)').matches;
  const stage = canvas.parentElement!;
  stage.tabIndex = 0;
  stage.addEventListener('keydown', (event) => {
    const turn = TURNS[event.key];
    if (!turn) return;
    event.preventDefault();
    controls.rotateLeft(turn[0]);
    controls.rotateUp(turn[1]);
  });
  // A point is one pixel wide: of the page, not of the screen, whose pixels may be too small to see.
  renderer.setPixelRatio(1);
  let stale = SETTLING;
  const resize = () => {
    const { clientWidth, clientHeight } = canvas;
    renderer.setSize(clientWidth, clientHeight, false);
    camera.aspect = clientWidth / clientHeight;
    // The flower keeps its place on narrow screens too.
    camera.zoom = Math.min(1, 0.8 * camera.aspect);
    camera.updateProjectionMatrix();
    stale = SETTLING;
  };
  new ResizeObserver(resize).observe(canvas);
  resize();
  let before = performance.now();
  let drawing = false;
  let version = cloud.version;
  renderer.setAnimationLoop(async (now: number) => {
    // One frame at a time, and none where nothing moves: the fit has the device to itself then.
    if (drawing) return;
    controls.autoRotate = turning.checked;
    if (controls.update((now - before) / 1000) || cloud.version !== version) stale = SETTLING;
    [before, version] = [now, cloud.version];
    if (stale === 0) return;
    stale--;
    drawing = true;
    renderer.render(scene, camera);
    await Promise.race([device.queue.onSubmittedWorkDone(), patience()]);
    drawing = false;
  });
  device.lost.then(() => renderer.setAnimationLoop(null));
}
