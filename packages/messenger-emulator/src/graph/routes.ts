import {
  GraphError,
  invalidParameter,
  objectNotFound,
  unknownPath,
} from '../values/graphError';
import type { Json } from '../values/json';
import { authenticate, type Caller } from './token';
import type { World } from '../world/world';
import { unlinkAccounts } from './accountLinking';
import { uploadAttachment } from './attachments';
import type {
  AppCall,
  AppEndpoint,
  GraphCall,
  PageCall,
  PageEndpoint,
} from './call';
import { listConversations, listMessages } from './conversations';
import { checkCallRate } from './limits';
import { getAppToken } from './appToken';
import { debugToken } from './debugToken';
import { sendMessage } from './messages';
import * as messengerProfile from './messengerProfile';
import { setNlpConfigs } from './nlpConfigs';
import { deleteNode, getNode } from './nodes';
import { createPersona, listPersonas } from './personas';
import { checkVersion } from './version';
import { listStickerPacks, listStickers, searchStickers } from './stickers';
import * as subscriptions from './subscriptions';
import * as threadControl from './threadControl';

/** The endpoint for each method. */
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
  ['release_thread_control', { POST: threadControl.releaseThreadControl }],
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

/** Paths of the app, without its ID. */
const APP_PATHS = new Map<string, Edge<AppEndpoint>>([
  ['/debug_token', { GET: debugToken }],
  ['/sticker_packs', { GET: listStickerPacks }],
  ['/sticker_search', { GET: searchStickers }],
]);
const APP_TOKEN_PATH = '/oauth/access_token';
const APP_TOKEN: Edge<AppEndpoint> = { GET: getAppToken, POST: getAppToken };

/**
 * Finds the endpoint of a call and executes it.
 *
 * @throws {GraphError} if the call is refused, or there is no such endpoint.
 */
export async function route(world: World, call: GraphCall): Promise<Json> {
  checkVersion(call.version, call.path, world.clock.now());
  if (call.path === APP_TOKEN_PATH) {
    return endpointOf(APP_TOKEN, call)({ ...call, world });
  }
  const caller = authenticate(world.settings, call.path, call.parameters);
  if (caller.kind === 'page') checkCallRate(world, caller.page.id);
  if (call.path === '/' && call.parameters.has('ids')) throw multipleIds();
  const [, first = '', edge, ...rest] = call.path.split('/');
  if (first === 'sticker_packs' && rest.join() === 'stickers') {
    if (caller.kind !== 'app') throw wrongTokenType('An app');
    const list = (appCall: AppCall) => listStickers(appCall, edge ?? '');
    return endpointOf({ GET: list }, call)({ ...call, world });
  }
  if (rest.length > 0 || !/^[\w-]+$/.test(first)) throw unknownPath(call.path);
  const appPath = APP_PATHS.get(call.path);
  if (appPath) {
    const endpoint = endpointOf(appPath, call);
    // A Page's token may inspect tokens, but not the app's sticker catalogue.
    if (first !== 'debug_token' && caller.kind !== 'app') {
      throw wrongTokenType('An app');
    }
    return endpoint({ ...call, world });
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

/** The wording is an assumption: docs/messenger-facts.md#multiple-ids */
function multipleIds(): GraphError {
  return invalidParameter(
    'The parameter ids is no longer supported: request each object on its own, or in a batch',
  );
}

/** docs/messenger-facts.md#access-tokens */
function wrongTokenType(needed: string): GraphError {
  return new GraphError(
    `(#210) ${needed} access token is required to request this resource.`,
    { code: 210 },
  );
}
