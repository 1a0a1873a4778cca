/** Where small texts outlive the process or the page. Both calls may reject: a folder that is not there, private browsing. */
export interface TextStore {
  /** Undefined, or a rejection, where there is no text of that name. */
  read(name: string): Promise<string | undefined>;
  /** Replaces the text whole: whoever reads meanwhile gets the old one or the new one. */
  write(name: string, text: string): Promise<void>;
}

/** A store that never rejects: what `store` does not keep lasts as long as this process, or page. */
export function withMemory(store?: TextStore): TextStore {
  const texts = new Map<string, string>();
  return {
    read: async (name) => texts.get(name) ?? store?.read(name).catch(() => undefined),
    async write(name, text) {
      texts.set(name, text);
      const kept = await store?.write(name, text).then(
        () => true,
        () => false,
      );
      if (kept) texts.delete(name);
    },
  };
}
