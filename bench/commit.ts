import { execFileSync } from 'node:child_process';

/**
 * The commit of a checkout, and whether anything differs from it; nothing where there is no git, or the folder is not the root of a checkout: one
 * that merely lies inside a checkout, like an unpacked archive, is not of its commit.
 */
export function commitOf(folder: string): string | undefined {
  const git = (...args: string[]) =>
    execFileSync('git', ['--no-optional-locks', '-C', folder, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    if (git('rev-parse', '--show-prefix') !== '') return undefined;
    const commit = git('rev-parse', '--short=12', 'HEAD');
    return git('status', '--porcelain') === '' ? commit : `${commit} and changes`;
  } catch {
    return undefined;
  }
}
