import { invalidParameter } from '../values/graphError';
import { toText, type Json, type JsonObject } from '../values/json';
import type { PageCall } from './call';

const LIST_LIMIT = 25;
const MAX_PAGE_SIZE = 100;

/** Parameters of a call that the URLs of its neighbours do not have. */
const NOT_REPEATED = ['after', 'before', 'appsecret_proof'];

/** Encodes and decodes the cursors of a list. */
export interface Cursors<Item> {
  of(item: Item): string;
  /** The number of items before this position, and up to it; undefined for an invalid cursor. */
  find(cursor: string): { before: number; upTo: number } | undefined;
}

/**
 * Returns the page of a list that `limit`, `after` and `before` select, with
 * links to its neighbours: docs/messenger-facts.md#persona-list
 *
 * @throws {GraphError} for an invalid limit or cursor.
 */
export function paginate<Item>(
  call: PageCall,
  all: readonly Item[],
  cursors: Cursors<Item>,
  show: (item: Item) => Json,
): JsonObject {
  const { parameters } = call;
  const limit = readLimit(parameters.text('limit'));
  const find = (name: string) => {
    const cursor = parameters.text(name);
    if (cursor === undefined) return undefined;
    const place = cursors.find(cursor);
    if (!place) throw invalidParameter('Invalid cursors values');
    return place;
  };
  const before = find('before')?.before;
  const from = find('after')?.upTo ?? 0;
  const inRange = all.slice(from, before);
  const shown =
    before === undefined ? inRange.slice(0, limit) : inRange.slice(-limit);
  const [first] = shown;
  const last = shown.at(-1);
  if (first === undefined || last === undefined) return { data: [] };
  const paging: JsonObject = {
    cursors: { before: cursors.of(first), after: cursors.of(last) },
  };
  if (last !== all.at(-1)) {
    paging.next = urlOf(call, limit, 'after', cursors.of(last));
  }
  if (first !== all[0]) {
    paging.previous = urlOf(call, limit, 'before', cursors.of(first));
  }
  return { data: shown.map(show), paging };
}

/** The size of a list inside a node. */
export function listSize(limit = LIST_LIMIT): number {
  return Math.min(limit, MAX_PAGE_SIZE);
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return LIST_LIMIT;
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0) {
    throw invalidParameter('Param limit must be an integer greater than 0');
  }
  return Math.min(Number(text), MAX_PAGE_SIZE);
}

/** What was asked, at another cursor. Like Graph's own URLs it has the token, and no proof. */
function urlOf(
  { world, version, path, parameters }: PageCall,
  limit: number,
  direction: 'after' | 'before',
  cursor: string,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters.toObject())) {
    if (NOT_REPEATED.includes(name)) continue;
    query.set(name, toText(value) ?? JSON.stringify(value));
  }
  query.set('limit', String(limit));
  query.set(direction, cursor);
  return `${world.origin}${version}${path}?${query.toString()}`;
}
