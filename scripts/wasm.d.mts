export function compileStages(): Promise<string>;
export function readStages(): string;
