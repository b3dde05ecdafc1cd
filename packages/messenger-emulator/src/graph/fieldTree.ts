import { invalidParameter } from '../values/graphError';

/** A requested field with its own subfields: `a,b.limit(2){c}`. */
export interface FieldTree {
  name: string;
  limit: number | undefined;
  fields: FieldTree[] | undefined;
}

const MAX_FIELDS = 200;
const MAX_DEPTH = 5;

/**
 * Reads the parameter `fields`: docs/messenger-facts.md#field-expansion
 *
 * @throws {GraphError} if it is malformed.
 */
export function readFieldTree(text: string): FieldTree[] {
  const tokens = text.match(/[\w.]+(?:\(\d{1,9}\))?|[{},]|\S/g) ?? [];
  if (tokens.length > 2 * MAX_FIELDS) throw malformed();
  let at = 0;
  const list = (depth: number): FieldTree[] => {
    const found: FieldTree[] = [];
    if (depth > MAX_DEPTH) throw malformed();
    while (at < tokens.length && tokens[at] !== '}') {
      if (tokens[at] === ',') {
        at += 1;
        continue;
      }
      const field = readField(tokens[at++] ?? '');
      if (tokens[at] === '{') {
        at += 1;
        field.fields = list(depth + 1);
        if (tokens[at++] !== '}') throw malformed();
      }
      found.push(field);
    }
    return found;
  };
  const all = list(1);
  if (at < tokens.length) throw malformed();
  return all;
}

function readField(token: string): FieldTree {
  const [, name, , limit] = /^(\w+)(\.limit\((\d+)\))?$/.exec(token) ?? [];
  if (name === undefined) throw malformed();
  return {
    name,
    limit: limit === undefined ? undefined : Number(limit),
    fields: undefined,
  };
}

function malformed(): Error {
  return invalidParameter('Param fields is malformed');
}
