import { isObject, type Json, type JsonObject } from '../values/json';

const MAX_DEPTH = 16;
const MAX_STEPS = 2000;

/**
 * Builds objects from form fields with brackets, like PHP: `recipient[id]=1`
 * becomes `{ recipient: { id: '1' } }`, `fields[]=a` and `fields[0]=a` become
 * lists. Other names stay as they are.
 */
export function nestFields(pairs: Iterable<[string, string]>): JsonObject {
  const fields = new Map<string, Json>();
  let steps = 0;
  for (const [name, value] of pairs) {
    const path = pathOf(name);
    steps += path.length - 1;
    const [first = name, ...rest] = steps > MAX_STEPS ? [name] : path;
    const known = fields.get(first);
    fields.set(
      first,
      rest.length === 0 ? value : setNested(known, rest, value),
    );
  }
  return Object.fromEntries(
    [...fields].map(([name, value]) => [name, toList(value)]),
  );
}

function pathOf(name: string): string[] {
  const [, first, brackets] = /^([^[\]]+)((?:\[[^[\]]*\])+)$/.exec(name) ?? [];
  if (first === undefined || brackets === undefined) return [name];
  const path = [first, ...brackets.slice(1, -1).split('][')];
  return path.length > MAX_DEPTH || path.includes('__proto__') ? [name] : path;
}

function setNested(
  known: Json | undefined,
  path: string[],
  value: string,
): JsonObject {
  const object: JsonObject = isObject(known) ? known : {};
  const [step = '', ...rest] = path;
  const key = step === '' ? String(Object.keys(object).length) : step;
  const inner = Object.hasOwn(object, key) ? object[key] : undefined;
  object[key] = rest.length === 0 ? value : setNested(inner, rest, value);
  return object;
}

/** Converts objects with the keys 0, 1, 2 and so on to lists. */
function toList(value: Json): Json {
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, Json] => [
    key,
    toList(inner ?? null),
  ]);
  return entries.every(([key], place) => key === String(place))
    ? entries.map(([, inner]) => inner)
    : Object.fromEntries(entries);
}
