import { GraphError, objectNotFound, unknownPath } from '../graphError';
import type { Json } from '../json';
import { authenticate } from '../token';
import type { World } from '../world';
import { uploadAttachment } from './attachments';
import type { GraphCall, PageCall, PageEndpoint } from './call';
import { sendMessage } from './messages';
import { deleteNode, getNode } from './nodes';
import { createPersona, listPersonas } from './personas';

/** `/{page}/<edge>`, where the Page may be `me`. */
const PAGE_EDGES: Record<string, Record<string, PageEndpoint>> = {
  personas: { GET: listPersonas, POST: createPersona },
  messages: { POST: sendMessage },
  message_attachments: { POST: uploadAttachment },
};

/**
 * Finds the endpoint of a call and carries it out.
 *
 * @throws {GraphError} when the call is refused or there is no such endpoint.
 */
export async function route(world: World, call: GraphCall): Promise<Json> {
  const caller = authenticate(world.settings, call.path, call.parameters);
  const [, first = '', edge, ...rest] = call.path.split('/');
  if (caller.kind === 'app') {
    throw new GraphError(
      '(#210) A page access token is required to request this resource.',
      { code: 210 },
    );
  }
  const pageCall: PageCall = { ...call, world, page: caller.page };
  const id = first === 'me' ? caller.page.id : first;
  if (rest.length > 0 || !/^[\w-]+$/.test(id)) throw unknownPath(call.path);
  if (edge === undefined) return onNode(pageCall, id);
  return onPageEdge(pageCall, id, edge);
}

function onNode(call: PageCall, id: string): Json {
  if (call.method === 'GET') return getNode(call, id);
  if (call.method === 'DELETE') return deleteNode(call, id);
  throw objectNotFound(call.method, id);
}

async function onPageEdge(
  call: PageCall,
  id: string,
  edge: string,
): Promise<Json> {
  const endpoints = Object.hasOwn(PAGE_EDGES, edge)
    ? PAGE_EDGES[edge]
    : undefined;
  if (!endpoints) throw unknownPath(`/${edge}`);
  if (id !== call.page.id) throw objectNotFound(call.method, id);
  const endpoint = Object.hasOwn(endpoints, call.method)
    ? endpoints[call.method]
    : undefined;
  if (!endpoint) {
    throw new GraphError(`Unsupported ${call.method.toLowerCase()} request.`, {
      type: 'GraphMethodException',
    });
  }
  return endpoint(call);
}
