import { loadTable } from './load.ts';
import { serveRoom } from './room.ts';

/** The entry of the worker. The DOM's types know `self` as a window, whose `postMessage` has the same last form. */
serveRoom(
  {
    post: (message, transfer) => self.postMessage(message, { transfer }),
    listen: (onMessage) => self.addEventListener('message', (event) => onMessage(event.data)),
  },
  loadTable,
);
