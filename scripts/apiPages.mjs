// A TypeDoc plugin. Its pages begin with a table of contents, follow the order of
// the exports in the entry file, and do not show types that are not exported.
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
    hideInternals(project, ownPackage(app));
  });
  // At this point file names are fixed, so that modules can be renamed.
  app.renderer.on(MarkdownRendererEvent.BEGIN, ({ project }) => {
    sortAsExported(project, app.options.getValue('entryPoints'));
    nameModules(project, ownPackage(app));
  });
  app.renderer.on(MarkdownPageEvent.END, (page) => {
    page.contents = withContents(
      withoutDashes(
        withoutEmptyColumns(
          withDistinctHeadings(withoutInternalBases(page.contents)),
        ),
      ),
    );
  });
}

function ownPackage(app) {
  const tsconfig = app.options.getValue('tsconfig');
  const file = path.join(path.dirname(tsconfig), 'package.json');
  return JSON.parse(readFileSync(file, 'utf8')).name;
}

/** Lists the members of each module in the order in which its entry file exports them. */
function sortAsExported(project, entryPoints) {
  const modules = project.getReflectionsByKind(ReflectionKind.Module);
  // With a single entry, the project itself has the members.
  for (const module of modules.length > 0 ? modules : [project]) {
    const entry =
      modules.length > 0
        ? entryPoints.find((file) => path.parse(file).name === module.name)
        : entryPoints[0];
    const names = exportedNames(readFileSync(entry, 'utf8'));
    const rank = ({ name }) => {
      const position = names.indexOf(name);
      return position < 0 ? names.length : position;
    };
    const inOrder = (one, other) => rank(one) - rank(other);
    for (const group of module.groups ?? []) group.children.sort(inOrder);
  }
}

function exportedNames(text) {
  const lists = text.matchAll(/^export (?:type )?\{([^}]*)\}/gm);
  return [...lists].flatMap(([, list]) =>
    list
      .split(',')
      .map((each) => each.trim().replace(/^type |^.* as /g, ''))
      .filter(Boolean),
  );
}

/** Names each module as an import names it. */
function nameModules(project, own) {
  for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
    module.name = module.name === 'index' ? own : `${own}/${module.name}`;
  }
}

/**
 * Removes definitions and overloads that use types which are not exported. An
 * overload is removed only if another one uses exported types alone; that one
 * gets its comment.
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

/** Whether a type refers to a type of this package that is not exported. */
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

/** The anchor that a Markdown renderer gives a heading. */
function slugOf(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replace(/\s/g, '-');
}

/** `personas()` and `Personas` would have the same anchor. */
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

/** Removes the names of base interfaces that are not exported. */
function withoutInternalBases(text) {
  return text
    .replace(/^#+ Extends\n\n- `(?!Error)\w+`\n\n/gm, '')
    .replace(/^#+ Inherited from\n\n`(?!Error)\w+\.\w+`\n\n/gm, '');
}

/** Leaves the cell empty where a member has no description. */
function withoutDashes(text) {
  return text.replace(/^\|.*\|$/gm, (row) => row.replace(/ - (?=\|$)/, '  '));
}

/** Removes columns that are empty in every row. */
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

/** Adds a table of contents below the title: the groups, with links to their members. */
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
