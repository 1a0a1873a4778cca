import { createStore, get, set, type UseStore } from 'idb-keyval';
import type { TextStore } from './text-store.ts';

/** Texts in the IndexedDB of the page's origin. */
export function webStore(): TextStore {
  let opened: UseStore | undefined;
  const store = () => {
    opened ??= createStore('emgpu', 'cache');
    return opened;
  };
  return {
    read: async (name) => get<string>(name, store()),
    write: async (name, text) => set(name, text, store()),
  };
}
