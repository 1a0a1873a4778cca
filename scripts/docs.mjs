/**
 * `npm run docs`: the static site, into build/docs, from the README, the guide and the doc comments of both entries. What is
 * in it stands in typedoc.json. Any warning fails: a link that leads nowhere, a type that is used and not exported.
 */
import { readFileSync } from 'node:fs';
import katex from '@vscode/markdown-it-katex';
import { Application, Converter, ReflectionKind, TSConfigReader, TypeDocReader } from 'typedoc';

/** Formulas become MathML, which browsers draw themselves: no fonts, no styles, no script. */
function drawFormulas(parser) {
  parser.use(katex.default, { output: 'mathml', throwOnError: true });
}

/** Pages are called by their first heading; TypeDoc would call them by their file. */
function nameDocuments({ project }) {
  for (const document of project.getReflectionsByKind(ReflectionKind.Document)) {
    const file = project.files.getReflectionPath(document);
    const heading = /^# (.+)$/m.exec(readFileSync(file, 'utf8'));
    if (heading) document.name = heading[1];
  }
}

const app = await Application.bootstrapWithPlugins({ markdownItLoader: drawFormulas }, [
  new TypeDocReader(),
  new TSConfigReader(),
]);
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, nameDocuments);
const project = await app.convert();
if (project) {
  app.validate(project);
  await app.generateOutputs(project);
}
if (!project || app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);
