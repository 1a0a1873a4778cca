import type { LabState, ModelChoice } from '../models/choices.ts';
import { type EstimatorCode, estimatorCode, type SnippetFacts } from './estimator-code.ts';
import type { LinkedState } from './link.ts';
import { literal, nameList, shellWord } from './quoting.ts';
import { isTransformed, transformCode } from './transform-code.ts';

/** How a fit is repeated without the Lab. */
export interface Snippet {
  /** A program for Node: `node fit.mjs`. */
  readonly code: string;
  /** The same on the command line, one line per model; absent where no model can be expressed there. */
  readonly command?: string;
  /** One sentence on each model that the command line cannot express. */
  readonly remarks: readonly string[];
}

/**
 * Code and command that repeat the fit of `state` on a file. A visitor's own file is read as it is and prepared by the code; of all other data
 * `fileName` holds the points as the Lab prepared them (the button Points CSV).
 */
export function snippetOf(state: LabState | LinkedState, fileName: string, facts: SnippetFacts): Snippet {
  // Points that were saved are prepared already, and all of their columns count.
  const source = state.data.kind === 'file' ? state : { ...state, preparation: undefined };
  const estimators = state.models.map((model) => estimatorCode(model, facts));
  const commands = isTransformed(source.preparation) ? [] : commandsOf(source, fileName, estimators);
  return {
    code: codeOf(source, fileName, estimators),
    ...(commands.length > 0 && { command: commands.join('\n') }),
    remarks: remarksOn(source, state.models),
  };
}

type Source = Pick<LabState | LinkedState, 'data' | 'preparation'>;

function codeOf(source: Source, fileName: string, estimators: readonly EstimatorCode[]): string {
  const { data, preparation } = source;
  const imports = [...new Set(['readTable', 'releaseBackends', ...estimators.map(({ name }) => name)])].sort();
  const read = `await readTable(${literal(fileName)}${readOptions(source)})`;
  const origin = data.kind === 'file' ? 'put beside this file' : 'saved here by the button Points CSV';
  const lines = [
    `// Needs ${fileName.replace(/\p{C}/gu, '?')}, ${origin}, and the package emgpu: npm install emgpu`,
    `import { ${imports.join(', ')} } from 'emgpu/node';`,
    '',
    `const { points${isTransformed(preparation) ? ': table' : ''} } = ${read};`,
    ...transformCode(preparation),
    ...estimators.flatMap((estimator, i) => fitLines(estimator, estimators.length > 1 ? `fit${i + 1}` : 'fit')),
    'await releaseBackends();',
  ];
  return `${lines.join('\n')}\n`;
}

/** Rows with an empty cell are left out, as the Lab does it. */
function readOptions({ data, preparation }: Source): string {
  const columns = preparation && `columns: [${preparation.columns.map(literal).join(', ')}]`;
  const options = [columns, data.kind === 'file' && `missing: 'drop'`].filter(Boolean);
  return options.length > 0 ? `, { ${options.join(', ')} }` : '';
}

function fitLines({ code, results }: EstimatorCode, name: string): string[] {
  return [
    `const ${name} = await ${code}.fit(points);`,
    `console.log(${results.map((result) => `${name}.${result}`).join(', ')});`,
    `${name}.destroy();`,
  ];
}

function commandsOf({ data, preparation }: Source, fileName: string, estimators: readonly EstimatorCode[]): string[] {
  if (hasPaddedNames(preparation?.columns ?? [])) return [];
  const file = fileName.startsWith('-') ? `./${fileName}` : fileName;
  const columns = preparation ? ['--columns', nameList(preparation.columns)] : [];
  const missing = data.kind === 'file' ? ['--missing', 'drop'] : [];
  return estimators.flatMap(({ command }, i) => {
    if (!command) return [];
    const [name, ...options] = command;
    const out = ['--out', estimators.length > 1 ? `model-${i + 1}.json` : 'model.json'];
    const words = ['npx', 'emgpu', name!, file, ...columns, ...options, ...missing, ...out];
    return [words.map(shellWord).join(' ')];
  });
}

/** The command trims the names of columns. */
function hasPaddedNames(columns: readonly string[]): boolean {
  return columns.some((name) => name !== name.trim());
}

function remarksOn({ preparation }: Source, models: readonly ModelChoice[]): string[] {
  if (isTransformed(preparation)) {
    return ['There is no command for this: the command line takes columns as they are, and these are transformed.'];
  }
  if (hasPaddedNames(preparation?.columns ?? [])) {
    return ['There is no command for this: it takes no column names that begin or end with a space.'];
  }
  const hasSoft = models.some(({ kind }) => kind === 'soft-k-means');
  return hasSoft ? ['There is no command for soft k-means: the command line does not have it.'] : [];
}
