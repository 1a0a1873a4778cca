/** How a runtime awaits something of a device. */
export type Waiting = <T>(work: Promise<T>) => Promise<T>;

let waiting: Waiting = (work) => work;

/** Everything that is awaited of a device goes through this. */
export const waitFor: Waiting = (work) => waiting(work);

/** `emgpu/node` names its way when it is imported. */
export function waitBy(way: Waiting): void {
  waiting = way;
}
