import { serveShard } from './worker.ts';

/** The entry of a Web Worker. The DOM's types know `self` as a window, whose `postMessage` has the same last form. */
serveShard({
  postMessage: (message, transfer) => self.postMessage(message, { transfer }),
  listen: (onMessage) => self.addEventListener('message', (event) => onMessage(event.data)),
});
