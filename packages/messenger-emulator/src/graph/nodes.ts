import { objectNotFound } from '../values/graphError';
import type { Json } from '../values/json';
import { toPersonaFace } from '../world/personas';
import { loginFields } from './accountLinking';
import type { PageCall } from './call';
import { getConversation, getMessage } from './conversations';
import { selectFields, type Node } from './fields';
import { listSize } from './paginate';
import { personaNode } from './personas';

/** `GET /{id}`: the Page, one of its personas, or a customer who wrote to it. */
export function getNode(call: PageCall, id: string): Json {
  const { world, page } = call;
  if (id === page.id) {
    return selectFields('Page', pageNode(call), call.parameters, [
      'name',
      'id',
    ]);
  }
  const persona = world.personas.ofPage(page.id, id);
  if (persona) return personaNode(call, persona);
  if (world.conversations.hasWritten(page.id, id)) {
    return getUserProfile(call, id);
  }
  const found = getConversation(call, id) ?? getMessage(call, id);
  if (found === undefined) throw objectNotFound(call.method, id);
  return found;
}

function pageNode(call: PageCall): Node {
  const { world, page } = call;
  return {
    ...loginFields(call),
    name: page.name,
    id: page.id,
    personas: {
      nodeType: 'Persona',
      nodes: (limit) =>
        world.personas
          .listOfPage(page.id)
          .slice(0, listSize(limit))
          .map((persona) => ({ ...toPersonaFace(persona) })),
      defaultFields: ['id', 'name', 'profile_picture_url'],
    },
  };
}

/** `DELETE /{id}`: only personas can be deleted. */
export function deleteNode(call: PageCall, id: string): Json {
  const { world, page } = call;
  const persona = world.personas.ofPage(page.id, id);
  if (!persona) throw objectNotFound(call.method, id);
  world.personas.delete(persona);
  return { success: true };
}

/** @see https://developers.facebook.com/docs/messenger-platform/identity/user-profile */
function getUserProfile(
  { world, page, parameters }: PageCall,
  id: string,
): Json {
  const name = world.conversations.nameOf(page.id, id) ?? '';
  const [firstName = '', ...others] = name.split(' ');
  const profile = {
    id,
    name,
    first_name: firstName,
    last_name: others.join(' '),
    profile_pic: `${world.origin}/_emulator/pictures/customer`,
    locale: 'en_US',
    timezone: 0,
    gender: 'unknown',
  };
  return selectFields('User', profile, parameters, [
    'first_name',
    'last_name',
    'profile_pic',
  ]);
}
