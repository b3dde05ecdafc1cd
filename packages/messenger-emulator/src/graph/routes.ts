import { GraphError, objectNotFound, unknownPath } from '../values/graphError';
import type { Json } from '../values/json';
import { authenticate, type Caller } from './token';
import type { World } from '../world/world';
import { unlinkAccounts } from './accountLinking';
import { uploadAttachment } from './attachments';
import type { AppEndpoint, GraphCall, PageCall, PageEndpoint } from './call';
import { listConversations, listMessages } from './conversations';
import { checkCallRate } from './limits';
import { debugToken } from './debugToken';
import { sendMessage } from './messages';
import * as messengerProfile from './messengerProfile';
import { setNlpConfigs } from './nlpConfigs';
import { deleteNode, getNode } from './nodes';
import { createPersona, listPersonas } from './personas';
import * as subscriptions from './subscriptions';
import * as threadControl from './threadControl';

/** An endpoint a method. */
type Edge<Endpoint> = Partial<Record<string, Endpoint>>;

/** `/{page}/<edge>`, where the Page may be `me`. */
const PAGE_EDGES = new Map<string, Edge<PageEndpoint>>([
  ['personas', { GET: listPersonas, POST: createPersona }],
  ['conversations', { GET: listConversations }],
  ['messages', { POST: sendMessage }],
  ['message_attachments', { POST: uploadAttachment }],
  [
    'messenger_profile',
    {
      GET: messengerProfile.getMessengerProfile,
      POST: messengerProfile.setMessengerProfile,
      DELETE: messengerProfile.deleteMessengerProfile,
    },
  ],
  [
    'custom_user_settings',
    {
      GET: messengerProfile.getUserSettings,
      POST: messengerProfile.setUserSettings,
      DELETE: messengerProfile.deleteUserSettings,
    },
  ],
  [
    'subscribed_apps',
    {
      GET: subscriptions.getSubscribedApps,
      POST: subscriptions.subscribePage,
      DELETE: subscriptions.unsubscribePage,
    },
  ],
  ['unlink_accounts', { POST: unlinkAccounts }],
  ['nlp_configs', { POST: setNlpConfigs }],
  ['pass_thread_control', { POST: threadControl.passThreadControl }],
  ['take_thread_control', { POST: threadControl.takeThreadControl }],
  ['request_thread_control', { POST: threadControl.requestThreadControl }],
  ['thread_owner', { GET: threadControl.getThreadOwner }],
  ['secondary_receivers', { GET: threadControl.getSecondaryReceivers }],
]);

/** `/{app-id}/<edge>`, with the app's own token. */
const APP_EDGES = new Map<string, Edge<AppEndpoint>>([
  [
    'subscriptions',
    {
      GET: subscriptions.getSubscriptions,
      POST: subscriptions.createSubscription,
      DELETE: subscriptions.deleteSubscription,
    },
  ],
]);

const DEBUG_TOKEN: Edge<AppEndpoint> = { GET: debugToken };

/**
 * Finds the endpoint of a call and carries it out.
 *
 * @throws {GraphError} when the call is refused or there is no such endpoint.
 */
export async function route(world: World, call: GraphCall): Promise<Json> {
  const caller = authenticate(world.settings, call.path, call.parameters);
  if (caller.kind === 'page') checkCallRate(world, caller.page.id);
  const [, first = '', edge, ...rest] = call.path.split('/');
  if (rest.length > 0 || !/^[\w-]+$/.test(first)) throw unknownPath(call.path);
  if (first === 'debug_token' && edge === undefined) {
    return endpointOf(DEBUG_TOKEN, call)({ ...call, world });
  }
  if (first === world.settings.appId && edge !== undefined) {
    const endpoint = endpointOf(edgeOf(APP_EDGES, edge), call);
    if (caller.kind !== 'app') throw wrongTokenType('An app');
    return endpoint({ ...call, world });
  }
  const edges = edge === undefined ? undefined : edgeOf(PAGE_EDGES, edge);
  const pageCall = requirePage(world, call, caller);
  const id = first === 'me' ? pageCall.page.id : first;
  if (!edges) return onNode(pageCall, id);
  if (id !== pageCall.page.id) {
    const messages =
      edge === 'messages' && call.method === 'GET'
        ? listMessages(pageCall, id)
        : undefined;
    if (messages === undefined) throw objectNotFound(call.method, id);
    return messages;
  }
  return endpointOf(edges, call)(pageCall);
}

function onNode(call: PageCall, id: string): Json {
  if (call.method === 'GET') return getNode(call, id);
  if (call.method === 'DELETE') return deleteNode(call, id);
  throw objectNotFound(call.method, id);
}

function requirePage(world: World, call: GraphCall, caller: Caller): PageCall {
  if (caller.kind !== 'page') throw wrongTokenType('A page');
  return { ...call, world, page: caller.page };
}

function edgeOf<Endpoint>(
  edges: Map<string, Edge<Endpoint>>,
  name: string,
): Edge<Endpoint> {
  const edge = edges.get(name);
  if (!edge) throw unknownPath(`/${name}`);
  return edge;
}

/** docs/messenger-facts.md#unknown-path */
function endpointOf<Endpoint>(edge: Edge<Endpoint>, call: GraphCall): Endpoint {
  const endpoint = Object.hasOwn(edge, call.method)
    ? edge[call.method]
    : undefined;
  if (!endpoint) {
    throw new GraphError(`Unsupported ${call.method.toLowerCase()} request.`, {
      type: 'GraphMethodException',
    });
  }
  return endpoint;
}

/** docs/messenger-facts.md#access-tokens */
function wrongTokenType(needed: string): GraphError {
  return new GraphError(
    `(#210) ${needed} access token is required to request this resource.`,
    { code: 210 },
  );
}
