import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, it } from 'vitest';

/** Whatever names another file: imports, exports, dynamic imports, and workers by their address. */
const REFERENCE = /(?:\bfrom|\bimport|\bURL)\s*\(?\s*(?:\/\*.*?\*\/\s*)?'(\.[^']+)'/g;

interface Room {
  readonly name: string;
  readonly holds: RegExp;
}

/** `*` stands for a part of a name and `{a,b}` for either; a folder holds all that is in it. */
function patternOf(name: string): RegExp {
  const text = name.replace(/\./g, '\\.').replace(/\*/g, '[^/]*');
  return new RegExp(`^${text.replace(/\{(.*)\}/, (_, names: string) => `(${names.replaceAll(',', '|')})`)}`);
}

/** The rooms of `src/` as the table of ARCHITECTURE.md lists them, from the top. */
function listRooms(): Room[] {
  const rows = readFileSync('ARCHITECTURE.md', 'utf8').matchAll(/^\| `(src\/[^`]+)`/gm);
  return [...rows].map(([, name]) => ({ name: name!, holds: patternOf(name!) }));
}

/** The number of a file's room: of several, that which says most; −1 where there is none. */
function roomOf(file: string, rooms: readonly Room[]): number {
  const holding = rooms.filter(({ holds }) => holds.test(file));
  return rooms.indexOf(holding.reduce((a, b) => (b.name.length > a.name.length ? b : a), holding[0]!));
}

function listFiles(): string[] {
  const names = readdirSync('src', { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts')).map((name) => `src/${name.replaceAll('\\', '/')}`);
}

it('files import from their own room of ARCHITECTURE.md and from those below it', () => {
  const rooms = listRooms();
  expect(rooms.length).toBeGreaterThan(10);
  const wrong: string[] = [];
  let checked = 0;
  for (const file of listFiles()) {
    const from = roomOf(file, rooms);
    if (from < 0) wrong.push(`${file} is in no room`);
    for (const [, path] of readFileSync(file, 'utf8').matchAll(REFERENCE)) {
      const to = roomOf(posix.join(posix.dirname(file), path!), rooms);
      if (to < from) wrong.push(`${file} imports ${path}, which is above it, or in no room`);
      checked++;
    }
  }
  expect(checked).toBeGreaterThan(500);
  expect(wrong).toEqual([]);
});
