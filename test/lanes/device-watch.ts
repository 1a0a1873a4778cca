/** Calls that make something with a `destroy()` of its own. */
const CREATORS = ['createBuffer', 'createTexture', 'createQuerySet'] as const;

const NOUNS = { createBuffer: 'buffer', createTexture: 'texture', createQuerySet: 'query set' } as const;

type Resource = { label: string; destroy(): void };
type Creator = (descriptor: unknown) => Resource;

/**
 * Follows what happens to one device: what was made and not destroyed, error scopes left open, errors outside every
 * scope. It shadows the device's methods with properties on the object; the prototype stays as it is.
 */
export class DeviceWatch {
  readonly device: GPUDevice;
  readonly #live = new Map<Resource, string>();
  readonly #uncaptured: string[] = [];
  #openScopes = 0;
  #destroyed = false;

  constructor(device: GPUDevice) {
    this.device = device;
    for (const name of CREATORS) this.#shadowCreator(name);
    const push = device.pushErrorScope.bind(device);
    const pop = device.popErrorScope.bind(device);
    const destroy = device.destroy.bind(device);
    device.pushErrorScope = (filter) => {
      this.#openScopes++;
      return push(filter);
    };
    device.popErrorScope = () => {
      this.#openScopes--;
      return pop();
    };
    device.destroy = () => {
      // A device takes all that is on it with it.
      this.#destroyed = true;
      this.#live.clear();
      return destroy();
    };
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault();
      this.#uncaptured.push(describeGpuError((event as GPUUncapturedErrorEvent).error));
    });
  }

  get destroyed(): boolean {
    return this.#destroyed;
  }

  /** Scopes pushed and not popped since the device was made. */
  get openScopes(): number {
    return this.#openScopes;
  }

  /** Hands over the errors seen outside every scope and forgets them. */
  takeUncaptured(): string[] {
    return this.#uncaptured.splice(0);
  }

  /** Destroys what was left alive; one sentence per kind of thing, none when all is clean. */
  sweep(): string[] {
    const labels = new Map<string, string[]>();
    for (const [resource, noun] of [...this.#live]) {
      labels.set(noun, [...(labels.get(noun) ?? []), resource.label]);
      resource.destroy();
    }
    return [...labels].map(([noun, names]) => describeLeak(noun, names));
  }

  #shadowCreator(name: (typeof CREATORS)[number]): void {
    const create = (this.device[name] as Creator).bind(this.device);
    const shadow: Creator = (descriptor) => {
      const resource = create(descriptor);
      const destroy = resource.destroy.bind(resource);
      this.#live.set(resource, NOUNS[name]);
      resource.destroy = () => {
        this.#live.delete(resource);
        return destroy();
      };
      return resource;
    };
    Object.assign(this.device, { [name]: shadow });
  }
}

/** `leaked 2 buffers, labels "a", "b"` */
export function describeLeak(noun: string, labels: readonly string[]): string {
  const shown = labels.slice(0, 8).map((label) => (label === '' ? '(none)' : JSON.stringify(label)));
  const more = labels.length > shown.length ? ', …' : '';
  return `leaked ${labels.length} ${noun}${labels.length === 1 ? '' : 's'}, labels ${shown.join(', ')}${more}`;
}

/** `validation error: …`; not every implementation gives its error classes a name. */
export function describeGpuError(error: GPUError): string {
  const kind = error.constructor.name.replace(/^GPU|Error$/g, '').toLowerCase();
  return `${kind || 'GPU'} error: ${error.message}`;
}
