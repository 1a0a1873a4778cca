/** Lane process: Node with Dawn, on whichever driver the Vulkan loader was pointed to. */
import { create, globals } from 'webgpu';
import { QUICK_TO_COMPILE } from '../../../scripts/drivers.mjs';
import { napUntil } from '../../../src/backends/naps.ts';
import { waitBy } from '../../../src/backends/waiting.ts';
import { readRequest, runProcess } from './process.ts';

Object.assign(globalThis, globals);
waitBy(napUntil);
await runProcess(create(readRequest().lane === 'node-swiftshader' ? [QUICK_TO_COMPILE] : []));
