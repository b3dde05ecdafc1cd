import { isHttpUrl } from '../values/checks';
import { GraphError, invalidParameter } from '../values/graphError';
import type { Json, JsonObject } from '../values/json';
import { toPersonaFace, type Persona } from '../world/personas';
import type { PageCall } from './call';
import { selectFields } from './fields';
import { paginate, type Cursors } from './paginate';

/** docs/messenger-facts.md#persona-profile */
export const MAX_NAME_LENGTH = 50;
/** The emulator's own limit; Meta gives none. */
export const MAX_PERSONAS = 50_000;

/** `POST /{page}/personas` */
export function createPersona({ world, page, parameters }: PageCall): Json {
  const name = parameters.requiredText('name');
  if ([...name].length > MAX_NAME_LENGTH) {
    throw invalidParameter(
      `Param name must be at most ${MAX_NAME_LENGTH} characters`,
    );
  }
  const picture = parameters.requiredText('profile_picture_url');
  if (!isHttpUrl(picture)) {
    throw invalidParameter('Param profile_picture_url must be a valid URL');
  }
  if (world.personas.count >= MAX_PERSONAS) {
    throw new GraphError(`The emulator holds ${MAX_PERSONAS} personas`, {
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
  const all = call.world.personas.listOfPage(call.page.id);
  const cursors: Cursors<Persona> = {
    of: cursorOf,
    find: (cursor) => {
      const place = placeIn(cursor);
      if (place === undefined) return undefined;
      const before = all.filter(({ sequence }) => sequence < place).length;
      return {
        before,
        upTo: all[before]?.sequence === place ? before + 1 : before,
      };
    },
  };
  return paginate(call, all, cursors, (persona) => personaNode(call, persona));
}

/** `GET /{persona-id}` */
export function personaNode(
  { parameters }: PageCall,
  persona: Persona,
): JsonObject {
  return selectFields('Persona', { ...toPersonaFace(persona) }, parameters);
}

/** A cursor holds a position, so that it remains valid when its persona is deleted. */
function cursorOf({ sequence }: Persona): string {
  return Buffer.from(`persona:${sequence}`).toString('base64url');
}

function placeIn(cursor: string): number | undefined {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const sequence = /^persona:(\d+)$/.exec(text)?.[1];
  return sequence === undefined ? undefined : Number(sequence);
}
