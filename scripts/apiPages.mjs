// A TypeDoc plugin: adds a table of contents to each page, and hides what the
// package does not export.
import { readFileSync } from 'node:fs';
import path from 'node:path';

import {
  Converter,
  makeRecursiveVisitor,
  ReflectionKind,
  UnknownType,
} from 'typedoc';
import {
  MarkdownPageEvent,
  MarkdownRendererEvent,
} from 'typedoc-plugin-markdown';

/** @param {import('typedoc-plugin-markdown').MarkdownApplication} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    hideInternals(project, packageName(app));
  });
  // Only now, so that the names of the files stay.
  app.renderer.on(MarkdownRendererEvent.BEGIN, ({ project }) => {
    nameModules(project, packageName(app));
  });
  app.renderer.on(MarkdownPageEvent.END, (page) => {
    page.contents = withContents(
      withoutEmptyColumns(
        withDistinctHeadings(withoutInternalBases(page.contents)),
      ),
    );
  });
}

function packageName(app) {
  const tsconfig = app.options.getValue('tsconfig');
  const file = path.join(path.dirname(tsconfig), 'package.json');
  return JSON.parse(readFileSync(file, 'utf8')).name;
}

/** Names modules as they are imported. */
function nameModules(project, own) {
  for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
    module.name = module.name === 'index' ? own : `${own}/${module.name}`;
  }
}

/**
 * Removes definitions and overloads that use unexported types. An overload is
 * removed only if another one uses only exported types; that one gets its comment.
 */
function hideInternals(project, own) {
  const leaks = (...types) => types.some((type) => type && leaksOf(type, own));
  const signatureLeaks = ({ type, parameters = [], typeParameters = [] }) =>
    leaks(
      type,
      ...parameters.map((each) => each.type),
      ...typeParameters.map((each) => each.type),
    );
  for (const alias of project.getReflectionsByKind(ReflectionKind.TypeAlias)) {
    if (leaks(alias.type)) alias.type = new UnknownType('...');
  }
  for (const method of project.getReflectionsByKind(
    ReflectionKind.FunctionOrMethod,
  )) {
    const { signatures = [] } = method;
    const kept = signatures.filter((signature) => !signatureLeaks(signature));
    if (kept.length === 0) continue;
    kept[0].comment ??= signatures[0].comment;
    for (const signature of signatures) {
      if (!kept.includes(signature)) project.removeReflection(signature);
    }
  }
}

/** Whether a type refers to an unexported type of this package. */
function leaksOf(type, own) {
  let leaks = false;
  const visitor = makeRecursiveVisitor({
    reference(reference) {
      if (!reference.reflection && reference.package === own) {
        leaks ||= !reference.refersToTypeParameter;
      }
    },
  });
  type.visit(visitor);
  return leaks;
}

/** The anchor of a heading. */
function slugOf(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replace(/\s/g, '-');
}

/** `personas()` and `Personas()` would have the same anchor. */
function withDistinctHeadings(text) {
  const seen = new Set();
  const renamed = [];
  const distinct = text.replace(/^### (\w+)(\(\))?$/gm, (heading, name) => {
    const slug = slugOf(name);
    if (!seen.has(slug)) {
      seen.add(slug);
      return heading;
    }
    renamed.push(name);
    return `### ${name} (interface)`;
  });
  return renamed.reduce(
    (all, name) =>
      all.replaceAll(
        `[\`${name}\`](#${slugOf(name)})`,
        `[\`${name}\`](#${slugOf(name)}-interface)`,
      ),
    distinct,
  );
}

/** Removes references to unexported base interfaces. */
function withoutInternalBases(text) {
  return text
    .replace(/^#+ Extends\n\n- `(?!Error)\w+`\n\n/gm, '')
    .replace(/^#+ Inherited from\n\n`(?!Error)\w+\.\w+`\n\n/gm, '');
}

function withoutEmptyColumns(text) {
  return text.replace(/(?:^\|.*\|$\n?)+/gm, (table) => {
    const rows = table
      .trim()
      .split('\n')
      .map((row) => row.slice(1, -1).split(/(?<!\\)\|/));
    const [head, , ...body] = rows;
    const kept = head
      .map((_, column) => column)
      .filter((column) =>
        body.some((row) => !['', '-'].includes((row[column] ?? '').trim())),
      );
    return rows
      .map((row) => `|${kept.map((column) => row[column]).join('|')}|\n`)
      .join('');
  });
}

/** Adds the groups and their members, with links, below the title. */
function withContents(text) {
  const groups = text.split(/^## /m).slice(1);
  const lines = groups.map((group) => {
    const [title] = group.split('\n');
    const links = [...group.matchAll(/^### (.+)$/gm)].map(
      ([, heading]) =>
        `[${heading.replace(' (interface)', '')}](#${slugOf(heading)})`,
    );
    return `**${title}**: ${links.join(' · ')}\n\n`;
  });
  const isReference = /^### /m.test(text);
  return isReference
    ? text.replace(/\n(?=## )/, `\n## Contents\n\n${lines.join('')}`)
    : text;
}
