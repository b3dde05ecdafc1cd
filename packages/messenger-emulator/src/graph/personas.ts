import { isHttpUrl } from '../values/checks';
import { GraphError, invalidParameter } from '../values/graphError';
import type { Json, JsonObject } from '../values/json';
import { faceOf, type Persona } from '../world/personas';
import type { PageCall } from './call';
import { selectFields } from './fields';

/** @see https://developers.facebook.com/docs/messenger-platform/send-messages/personas */
export const LONGEST_NAME = 50;
const LIST_LIMIT = 25;
const LONGEST_LIST = 100;
/** The emulator's own: Meta gives no number. */
export const MOST_PERSONAS = 50_000;

/** `POST /{page}/personas` */
export function createPersona({ world, page, parameters }: PageCall): Json {
  const name = parameters.requiredText('name');
  if ([...name].length > LONGEST_NAME) {
    throw invalidParameter(
      `Param name must be at most ${LONGEST_NAME} characters`,
    );
  }
  const picture = parameters.requiredText('profile_picture_url');
  if (!isHttpUrl(picture)) {
    throw invalidParameter('Param profile_picture_url must be a valid URL');
  }
  if (world.personas.count >= MOST_PERSONAS) {
    throw new GraphError(`The emulator holds ${MOST_PERSONAS} personas`, {
      status: 500,
      code: 2,
    });
  }
  return { id: world.personas.create(page.id, name, picture).id };
}

/**
 * `GET /{page}/personas`
 *
 * @see https://developers.facebook.com/docs/graph-api/results
 */
export function listPersonas(call: PageCall): Json {
  const { world, page, parameters } = call;
  const all = world.personas.listOfPage(page.id);
  const limit = readLimit(parameters.text('limit'));
  const after = readCursor(parameters.text('after'));
  const before = readCursor(parameters.text('before'));
  const inRange = all.filter(
    ({ sequence }) =>
      (after === undefined || sequence > after) &&
      (before === undefined || sequence < before),
  );
  const shown =
    before === undefined ? inRange.slice(0, limit) : inRange.slice(-limit);
  const first = shown[0];
  const last = shown.at(-1);
  if (!first || !last) return { data: [] };
  const paging: JsonObject = {
    cursors: { before: cursorOf(first), after: cursorOf(last) },
  };
  if (last !== all.at(-1)) {
    paging.next = pageUrl(call, limit, 'after', cursorOf(last));
  }
  if (first !== all[0]) {
    paging.previous = pageUrl(call, limit, 'before', cursorOf(first));
  }
  return {
    data: shown.map((persona) => personaNode(call, persona)),
    paging,
  };
}

/** `GET /{persona-id}` */
export function personaNode(
  { parameters }: PageCall,
  persona: Persona,
): JsonObject {
  return selectFields('Persona', { ...faceOf(persona) }, parameters);
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return LIST_LIMIT;
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0) {
    throw invalidParameter('Param limit must be an integer greater than 0');
  }
  return Math.min(Number(text), LONGEST_LIST);
}

/** A cursor holds a place in the list, so that it outlives its persona. */
function cursorOf({ sequence }: Persona): string {
  return Buffer.from(`persona:${sequence}`).toString('base64url');
}

function readCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const sequence = /^persona:(\d+)$/.exec(text)?.[1];
  if (sequence === undefined) {
    throw invalidParameter('Invalid cursors values');
  }
  return Number(sequence);
}

/** Unlike Graph's own, it has no token in it: it may end in a log. */
function pageUrl(
  { world, version, path, parameters }: PageCall,
  limit: number,
  direction: 'after' | 'before',
  cursor: string,
): string {
  const query = new URLSearchParams({ limit: String(limit) });
  const fields = parameters.text('fields');
  if (fields !== undefined) query.set('fields', fields);
  query.set(direction, cursor);
  return `${world.origin}${version}${path}?${query.toString()}`;
}
